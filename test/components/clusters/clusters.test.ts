import * as assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import * as k8s from "@pulumi/kubernetes";
import { ClusterAccess, tokenProblems } from "../../../components/clusters/access";
import { AppNamespace, containerDefaults, dockerConfig } from "../../../components/clusters/appNamespace";
import { ClusterRegistration } from "../../../components/engines/argocd/cluster";
import { furtherKinds, kindSets, type KindSet } from "../../../estate/kinds";
import { deliveryRules } from "../../../components/clusters/deliveryRole";
import {
    childrenOf,
    leaks,
    record,
    registration,
    secretValue,
    valueOf,
    type Recording,
} from "../../support/engine";
import { sampleApp, sampleAppEnvironment, sampleEstate } from "../sample";

test("Argo CD's account on a cluster: no binding, no cluster-wide right, a token that is secret", async () => {
    const recording = await record(async () => {
        const provider = new k8s.Provider("member1");
        const access = new ClusterAccess("access", { estate: "acme", kinds: [] }, { providers: [provider] });
        return [
            await valueOf(access.token),
            await pulumi.isSecret(access.token),
            await valueOf(access.caData),
        ];
    });
    assert.deepEqual(childrenOf(recording, "access"), [
        "kubernetes:core/v1:Namespace access-namespace",
        "kubernetes:core/v1:Secret access-token",
        "kubernetes:core/v1:ServiceAccount access-account",
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole access-role",
    ]);
    assert.deepEqual(recording.result, [
        "fake-token-of-access-token",
        true,
        Buffer.from("fake CA").toString("base64"),
    ]);
    const metadata = registration(recording, "access-token").inputs["metadata"] as Record<string, unknown>;
    assert.equal(metadata["namespace"], "acme-delivery");
    assert.deepEqual(metadata["annotations"], { "kubernetes.io/service-account.name": "argocd-manager" });
    assert.equal(registration(recording, "access-account").inputs["automountServiceAccountToken"], false);
    assert.deepEqual(leaks(recording), []);
});

test("a token Secret that the cluster has not filled is recognized by its keys", () => {
    assert.deepEqual(tokenProblems({ token: "dG9rZW4=", "ca.crt": "Q0E=" }), []);
    const controller = "is the token controller of the cluster running?";
    assert.deepEqual(tokenProblems({ "ca.crt": "Q0E=" }), [
        `the token Secret of argocd-manager has no "token" yet; ${controller}`,
    ]);
    assert.equal(tokenProblems(undefined).length, 2);
});

test("a registry's login is for a host, not for a URL", () => {
    for (const registryHost of ["harbor.test", "127.0.0.1:8930"]) {
        assert.deepEqual(AppNamespace.check({ registryHost }), []);
    }
    for (const registryHost of ["https://harbor.test", "harbor.test/x", ""]) {
        assert.match(AppNamespace.check({ registryHost }).join(), /registryHost must be a host/);
    }
});

const allSets = furtherKinds(Object.keys(kindSets) as KindSet[]);

test("delivery has no wildcard, no secrets, no rights of its own, nothing outside namespaces", () => {
    for (const rule of deliveryRules(allSets)) {
        for (const word of [...rule.apiGroups, ...rule.resources, ...rule.verbs]) {
            assert.notEqual(word, "*");
        }
        assert.equal(rule.apiGroups.includes("rbac.authorization.k8s.io"), false);
        for (const resource of ["secrets", "namespaces", "nodes", "persistentvolumes", "pods/exec"]) {
            assert.equal(rule.resources.includes(resource), false, resource);
        }
    }
    const quotas = deliveryRules([]).filter((rule) => rule.resources.includes("resourcequotas"));
    assert.deepEqual(
        quotas.map((rule) => rule.verbs),
        [["get", "list", "watch"]],
    );
});

test("a registration names its namespaces, verifies the server and is secret", async () => {
    const estate = sampleEstate();
    const member = estate.clusters["member1"];
    assert.ok(member);
    const recording = await record(() => {
        const provider = new k8s.Provider("host");
        return new ClusterRegistration(
            "registration",
            {
                argocd: estate.argocd,
                cluster: member,
                namespaces: ["web-test", "api-dev", "web-test"],
                token: "fake-token",
                caData: "Q0E=",
            },
            { providers: [provider] },
        );
    });
    assert.deepEqual(childrenOf(recording, "registration"), [
        "kubernetes:core/v1:Secret registration-secret",
    ]);
    const { inputs } = registration(recording, "registration-secret");
    assert.deepEqual(inputs["metadata"], {
        name: "cluster-member1",
        namespace: "argocd",
        labels: {
            region: "east",
            "app.kubernetes.io/managed-by": "pulumi",
            "argocd.argoproj.io/secret-type": "cluster",
        },
    });
    const { config, ...rest } = secretValue(inputs["stringData"]) as Record<string, string>;
    assert.deepEqual(rest, {
        name: "member1",
        server: "https://member1.test:6443",
        namespaces: "api-dev,web-test",
        clusterResources: "false",
    });
    assert.deepEqual(JSON.parse(config ?? ""), {
        bearerToken: "fake-token",
        tlsClientConfig: { insecure: false, caData: "Q0E=" },
    });
    assert.deepEqual(leaks(recording), []);
});

function recordNamespace(
    environment = sampleAppEnvironment("web", "prod"),
    more: { orphan?: boolean } = {},
): Promise<Recording<AppNamespace>> {
    return record(() => {
        const provider = new k8s.Provider("member1");
        return new AppNamespace(
            "space",
            {
                app: sampleApp("web"),
                environment,
                registryHost: "harbor.test",
                pull: { username: "robot$web-prod+pull-g1", password: "fake-secret" },
                account: { name: "argocd-manager", namespace: "acme-delivery", role: "acme-delivery" },
                ...more,
            },
            { providers: [provider] },
        );
    });
}

test("a namespace that is to stay is only forgotten, with all in it", async () => {
    const { registrations } = await recordNamespace(undefined, { orphan: true });
    const objects = registrations.filter(({ parent }) => parent === "space");
    assert.ok(objects.length > 3);
    for (const { name, options } of objects) {
        assert.equal(options.retainOnDelete, true, name);
    }
});

test("a namespace with a quota: exactly these objects, gone with the namespace", async () => {
    const recording = await recordNamespace();
    assert.deepEqual(childrenOf(recording, "space"), [
        "kubernetes:core/v1:LimitRange space-limits",
        "kubernetes:core/v1:Namespace space-namespace",
        "kubernetes:core/v1:ResourceQuota space-quota",
        "kubernetes:core/v1:Secret space-pull",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy space-isolation",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding space-delivery",
    ]);
    const inside = recording.registrations.filter(
        (one) => one.parent === "space" && one.name !== "space-namespace",
    );
    for (const { name, options } of inside) {
        assert.deepEqual(
            options,
            {
                deletedWith: "space-namespace",
                // Stacks made before it had this name must not replace it.
                ...(name === "space-isolation" ? { aliases: ["space-wall"] } : {}),
            },
            name,
        );
    }
    assert.deepEqual(leaks(recording), []);
});

test("containers that state nothing get requests, and limits only where the quota counts them", () => {
    const requests = { cpu: "50m", memory: "64Mi" };
    assert.deepEqual(containerDefaults({ "requests.cpu": "4", pods: "20" }), {
        type: "Container",
        defaultRequest: requests,
    });
    assert.deepEqual(containerDefaults({ "limits.memory": "8Gi" }), {
        type: "Container",
        defaultRequest: requests,
        default: { memory: "256Mi" },
    });
});

test("without a quota there are no limits either", async () => {
    const names = childrenOf(await recordNamespace(sampleAppEnvironment("web", "dev")), "space").join("\n");
    assert.doesNotMatch(names, /ResourceQuota|LimitRange/);
});

test("the pull Secret is what kubelets read, and is secret", async () => {
    const { inputs } = registration(await recordNamespace(), "space-pull");
    assert.equal(inputs["type"], "kubernetes.io/dockerconfigjson");
    assert.equal((inputs["metadata"] as Record<string, unknown>)["name"], "registry-pull");
    const data = secretValue(inputs["stringData"]) as Record<string, string>;
    assert.equal(
        data[".dockerconfigjson"],
        dockerConfig("harbor.test", "robot$web-prod+pull-g1", "fake-secret"),
    );
});

test("a docker login keeps the robot's name as it is", () => {
    const config = JSON.parse(dockerConfig("h:8930", "robot$a+pull", "s")) as {
        auths: Record<string, { auth: string }>;
    };
    assert.equal(Buffer.from(config.auths["h:8930"]?.auth ?? "", "base64").toString(), "robot$a+pull:s");
});

test("delivery is bound in this namespace, to the role made for it", async () => {
    const { inputs } = registration(await recordNamespace(), "space-delivery");
    assert.deepEqual(inputs["roleRef"], {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "acme-delivery",
    });
    assert.deepEqual(inputs["subjects"], [
        { kind: "ServiceAccount", name: "argocd-manager", namespace: "acme-delivery" },
    ]);
});

test("kinds an app has beside the usual ones are written in its namespace only, and read where the account reads", async () => {
    const kinds = furtherKinds(["rollouts", { group: "traefik.io", kind: "Middleware" }]);
    const recording = await recordNamespace(sampleAppEnvironment("web", "dev", { kinds }));
    assert.deepEqual(registration(recording, "space-further-kinds").inputs["rules"], [
        {
            apiGroups: ["argoproj.io"],
            resources: ["analysistemplates", "rollouts"],
            verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
        },
        {
            apiGroups: ["traefik.io"],
            resources: ["middlewares"],
            verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
        },
    ]);
    const binding = registration(recording, "space-further-delivery");
    assert.deepEqual(binding.inputs["roleRef"], {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "Role",
        name: "delivery-further-kinds",
    });
    assert.deepEqual(
        binding.inputs["subjects"],
        registration(recording, "space-delivery").inputs["subjects"],
    );
    assert.equal(binding.options.deletedWith, "space-namespace");
    assert.deepEqual(deliveryRules(kinds).slice(-2), [
        {
            apiGroups: ["argoproj.io"],
            resources: ["analysisruns", "analysistemplates", "experiments", "rollouts"],
            verbs: ["get", "list", "watch"],
        },
        { apiGroups: ["traefik.io"], resources: ["middlewares"], verbs: ["get", "list", "watch"] },
    ]);
});

test("other environments' namespaces cannot reach in", async () => {
    const { inputs } = registration(await recordNamespace(), "space-isolation");
    assert.deepEqual((inputs["spec"] as { ingress: unknown }).ingress, [
        {
            from: [
                { namespaceSelector: { matchLabels: { "gitops-estate/environment": "prod" } } },
                {
                    namespaceSelector: {
                        matchExpressions: [{ key: "gitops-estate/environment", operator: "DoesNotExist" }],
                    },
                },
            ],
        },
    ]);
});
