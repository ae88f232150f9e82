/** About what channels are notified, as a setting of an app in an environment. Pure. */
import { commitsTarget, eventNames, type EventName } from "../../../estate/events";
import { code } from "../noun";
import { between, toggled, type Setting, type Settings, type Words } from "./setting";

const words: Readonly<Record<EventName, Words>> = {
    healthy: { en: "deployed", zh: "部署完成" },
    degraded: { en: "unhealthy", zh: "运行异常" },
    failed: { en: "failed", zh: "部署失败" },
    running: { en: "begun", zh: "开始部署" },
    succeeded: { en: "applied", zh: "已应用" },
    unknown: { en: "unknown", zh: "状态未知" },
};

const commits: Setting = {
    name: { en: "reports of commits", zh: "提交的报告" },
    value: "true",
    sentence: toggled(
        { en: "what becomes of its commits is reported on GitLab", zh: "其提交的结果会报告到 GitLab" },
        {
            en: "what becomes of its commits is reported on GitLab no more",
            zh: "其提交的结果不再报告到 GitLab",
        },
    ),
};

/** Settings that subscriptions of one object come to. A channel that comes or goes is told by itself. */
export function subscriptionSettings(
    subscriptions: Readonly<Record<string, readonly EventName[]>>,
): Settings {
    return Object.fromEntries(
        Object.entries(subscriptions).map(([channel, events]): [string, Setting] => {
            const sorted = eventNames.filter((name) => events.includes(name));
            const setting: Setting = {
                name: {
                    en: `messages to channel ${code(channel)} about:`,
                    zh: `发往通道 ${code(channel)} 的消息内容`,
                },
                value: sorted.join(" "),
                shown: {
                    en: sorted.map((name) => words[name].en).join("/"),
                    zh: sorted.map((name) => words[name].zh).join("/"),
                },
                sentence: between,
            };
            return channel === commitsTarget ? ["commits", commits] : [`messages:${channel}`, setting];
        }),
    );
}
