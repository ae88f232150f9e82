/** Objects of an engine that take along what they installed. Pure. */
import { engineOf } from "../../../estate/engines";
import type { App, Estate } from "../../../estate/model";
import type { Refusal } from "../../doctor/finding";
import { enginesInWords } from "../engines";
import { finding } from "./refusal";
import type { StackSnapshot } from "./snapshot";

/** What goes, where an app's environments and its engine stay. */
interface Going {
    readonly app: App;
    readonly kind: string;
    readonly title: string;
    readonly releases: readonly string[];
    readonly environments: readonly string[];
}

/**
 * Apps whose releases go while their environments and their engine stay: each is uninstalled, at once and in all environments.
 * Those that are handed over to another engine are detached first, see commands/handOver.
 *
 * @param goes whether a release of the stack is no more, by the namespace it is in.
 */
function going(
    { apps }: Pick<Estate, "apps">,
    known: StackSnapshot,
    goes: (app: App, namespace: string) => boolean,
): Going[] {
    return Object.values(apps).flatMap((app): Going[] => {
        const { name, engine, environments } = app;
        const kept = new Set(environments.map(({ environment }) => environment));
        const gone = (known.releases.get(name) ?? []).filter(
            (release) =>
                release.engine === engine && kept.has(release.environment) && goes(app, release.namespace),
        );
        const { takingAlong } = enginesInWords[engine];
        return gone.length === 0 || takingAlong === undefined
            ? []
            : [
                  {
                      app,
                      kind: takingAlong.kind,
                      title: engineOf(engine).title,
                      releases: gone.map((release) => release.name),
                      environments: [...new Set(gone.map(({ environment }) => environment))],
                  },
              ];
    });
}

const hasReleases = ({ engine, delivery }: App): boolean =>
    enginesInWords[engine].takingAlong?.delivery === delivery;

/** Apps that are delivered in another way, which has no releases. */
export function otherDelivery(estate: Pick<Estate, "apps">, known: StackSnapshot): Refusal[] {
    return going(estate, known, (app) => !hasReleases(app)).map((each) => {
        const { name, delivery } = each.app;
        const [where, zhWhere] = [each.environments.join(", "), each.environments.join("、")];
        return finding(
            "release-uninstalled",
            `apps.${name}.delivery`,
            delivery,
            {
                rule: uninstalls(each),
                fix: `first put ${name} on hold in ${where} (apps.${name}.environments.<environment>.hold) in an update of its own: a suspended release is deleted without being uninstalled. Then bring the files for ${delivery} to every branch that it runs from, and change delivery; end the hold at last`,
            },
            {
                rule: uninstallsInChinese(each),
                fix: `先单独用一次更新把 ${name} 在 ${zhWhere} 中设为 hold（apps.${name}.environments.<environment>.hold）：暂停的 ${each.kind} 被删除时不会卸载。然后把 ${delivery} 所需的文件放到它运行所用的每个分支，再更改 delivery；最后解除 hold`,
            },
        );
    });
}

/** Apps of another team, whose releases are in the namespace of that one. */
export function otherTeam(estate: Pick<Estate, "apps">, known: StackSnapshot): Refusal[] {
    const moves = (app: App, namespace: string): boolean => {
        const own = engineOf(app.engine).teamAccounts?.namespace(app.team);
        return hasReleases(app) && own !== undefined && namespace !== own;
    };
    return going(estate, known, moves).map((each) => {
        const { name, team } = each.app;
        const [where, zhWhere] = [each.environments.join(", "), each.environments.join("、")];
        return finding(
            "release-moved",
            `apps.${name}.team`,
            team,
            {
                rule: uninstalls(each),
                fix: `first put ${name} on hold in ${where} (apps.${name}.environments.<environment>.hold) in an update of its own: a suspended release is deleted without being uninstalled. Then change the team, and end the hold in an update after that: the new team's release takes over what runs`,
            },
            {
                rule: uninstallsInChinese(each),
                fix: `先单独用一次更新把 ${name} 在 ${zhWhere} 中设为 hold（apps.${name}.environments.<environment>.hold）：暂停的 ${each.kind} 被删除时不会卸载。然后更改 team，再用之后的一次更新解除 hold：新团队的 ${each.kind} 会接管正在运行的内容`,
            },
        );
    });
}

function uninstalls({ app, title, releases, environments }: Going): string {
    return `deletes ${releases.join(", ")}: ${title} uninstalls a release that is deleted, so what ${app.name} runs in ${environments.join(", ")} would go`;
}

function uninstallsInChinese({ app, title, kind, releases, environments }: Going): string {
    return `会删除 ${releases.join("、")}：${title} 会卸载被删除的 ${kind}，因此 ${app.name} 在 ${environments.join("、")} 中运行的内容会消失`;
}
