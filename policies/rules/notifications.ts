/** Rules about notifications, whatever engine delivers; those of engines are in engines/. */
import { isPlainHttp, type ResourceRule } from "../rule";
import { isFalse, text } from "../values";
import { words } from "../words";

const integrationEncrypted: ResourceRule = {
    name: "notifications-encrypted",
    area: "Notifications",
    severity: "medium",
    description: words(
        "GitLab's messages to chats do not travel in the clear: their address is all it takes to write there.",
        "GitLab 发往聊天的消息不以明文传输：知道地址就能往里写。",
    ),
    remedy: words(
        "Give an https address; hosts where http is meant are the setting plainHttpHosts.",
        "使用 https 地址；确实要用 http 的主机写入设置 plainHttpHosts。",
    ),
    types: [
        "gitlab:index/integrationSlack:IntegrationSlack",
        "gitlab:index/projectIntegrationMattermost:ProjectIntegrationMattermost",
        "gitlab:index/projectIntegrationMicrosoftTeams:ProjectIntegrationMicrosoftTeams",
        "gitlab:index/projectIntegrationGoogleChat:ProjectIntegrationGoogleChat",
    ],
    check: ({ props }, settings) =>
        isPlainHttp(text(props, "webhook") ?? "", settings)
            ? [
                  words(
                      "webhook is http; use https, or name the host in plainHttpHosts.",
                      "webhook 使用 http，请改用 https，或在 plainHttpHosts 中列出该主机。",
                  ),
              ]
            : [],
};

const hookOn: ResourceRule = {
    name: "notifications-webhook-on",
    area: "Notifications",
    severity: "low",
    description: words(
        "A webhook that is declared is on: nobody misses what it would have said.",
        "声明的 Webhook 是开启的，不会漏掉它要说的内容。",
    ),
    remedy: words("Leave enabled out, or take the webhook away.", "去掉 enabled，或去掉该 Webhook。"),
    types: ["harbor:index/projectWebhook:ProjectWebhook"],
    check: ({ props }) =>
        isFalse(props, "enabled")
            ? [
                  words(
                      "enabled is false; leave it out, or take the webhook away.",
                      "enabled 为 false，请去掉，或去掉该 Webhook。",
                  ),
              ]
            : [],
};

export const notificationRules: readonly ResourceRule[] = [integrationEncrypted, hookOn];
