/**
 * An estate whose image updater goes from a line that reads annotations to one that reads objects. What it does not
 * prove: that the updaters of both lines find the same tags.
 */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { declareEstate } from "../../../../../components/program";
import { preparedArgoCd } from "../../../../../components/engines/argocd";
import { record, registration, type Recording, type Registration } from "../../../../support/engine";
import {
    sampleApp,
    sampleCredentials,
    sampleEstate,
    sampleManifests,
    sampleUpdaterManifests,
} from "../../../sample";

function declared(imageUpdaterVersion: string): Promise<Recording<unknown>> {
    const estate = sampleEstate([
        sampleApp("web", {
            updater: {
                environments: ["dev"],
                strategy: "newest-build",
                allowTags: "regexp:^main-",
                ignoreTags: [],
                platforms: [],
                images: {},
                writeBack: "source",
                mergeRequest: false,
            },
        }),
        sampleApp("api"),
    ]);
    const { argocd } = estate;
    const imageUpdater = { ...argocd.imageUpdater, manifests: { path: "/updater.yaml" } };
    return record(() =>
        declareEstate(
            { ...estate, argocd: { ...argocd, imageUpdaterVersion, imageUpdater } },
            sampleCredentials,
            { argocd: preparedArgoCd(sampleManifests, sampleUpdaterManifests(imageUpdaterVersion)) },
        ),
    );
}

describe("an image updater that goes from 0.12 to 1.3", () => {
    let old: Recording<unknown>;
    let now: Recording<unknown>;
    before(async () => {
        [old, now] = [await declared("0.12.2"), await declared("1.3.0")];
    });

    /** Names in the second one alone. */
    const without = (one: Recording<unknown>, other: Recording<unknown>): string[] =>
        other.registrations
            .map(({ name }) => name)
            .filter((name) => !one.registrations.some((each) => each.name === name))
            .sort();

    /** What an Application is but for its annotations. */
    const rest = ({ inputs }: Registration): unknown => {
        const { annotations: _, ...metadata } = inputs["metadata"] as Record<string, unknown>;
        return { ...inputs, metadata };
    };

    test("has its old program taken away, and nothing else", () => {
        assert.deepEqual(without(now, old), [
            "updater-install-deployment-argocd-image-updater",
            "updater-install-serviceaccount-argocd-image-updater",
        ]);
        assert.deepEqual(without(old, now), [
            "updater-install-clusterrole-argocd-image-updater-manager-role",
            "updater-install-clusterrolebinding-argocd-image-updater-manager-rolebinding",
            "updater-install-customresourcedefinition-imageupdaters.argocd-image-updater.argoproj.io",
            "updater-install-deployment-argocd-image-updater-controller",
            "updater-install-serviceaccount-argocd-image-updater-controller",
            "updates-web",
            "updates-web-object",
        ]);
    });

    test("keeps settings and credentials, and what gave the old program its rights gives them to the new one", () => {
        const changed = now.registrations.filter(({ name, type, inputs }) => {
            const before = old.registrations.find((each) => each.name === name && each.type === type);
            return before !== undefined && !isDeepStrictEqual(before.inputs, inputs);
        });
        assert.deepEqual(changed.map(({ name }) => name).sort(), [
            "delivery-web-dev-member1",
            "updater-install-rolebinding-argocd-image-updater",
        ]);
        assert.deepEqual(
            registration(now, "updater-install-rolebinding-argocd-image-updater").inputs["subjects"],
            [{ kind: "ServiceAccount", name: "argocd-image-updater-controller", namespace: "argocd" }],
        );
    });

    test("touches annotations of Applications alone, so that nothing is synced or rolled out for it", () => {
        const [was, is] = [old, now].map((each) => registration(each, "delivery-web-dev-member1"));
        assert.ok(was && is);
        assert.match(JSON.stringify(was.inputs), /argocd-image-updater\.argoproj\.io/);
        assert.doesNotMatch(JSON.stringify(is.inputs), /argocd-image-updater\.argoproj\.io/);
        assert.deepEqual(rest(is), rest(was));
    });

    test("has its objects made once the API server knows them", () => {
        assert.ok(
            now.after
                .get("updates-web")
                ?.includes(
                    "updater-install-customresourcedefinition-imageupdaters.argocd-image-updater.argoproj.io",
                ),
            now.after.get("updates-web")?.join(),
        );
    });
});
