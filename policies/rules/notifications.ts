/** Rules about notifications, whatever engine delivers; those of engines are in engines/. */
import { isPlainHttp, type ResourceRule } from "../rule";
import { isFalse, text } from "../values";

const integrationEncrypted: ResourceRule = {
    name: "notifications-encrypted",
    area: "Notifications",
    severity: "medium",
    description:
        "GitLab's messages to chats do not travel in the clear: their address is all it takes to write there.",
    remedy: "Give an https address; hosts where http is meant are the setting plainHttpHosts.",
    types: [
        "gitlab:index/integrationSlack:IntegrationSlack",
        "gitlab:index/projectIntegrationMattermost:ProjectIntegrationMattermost",
        "gitlab:index/projectIntegrationMicrosoftTeams:ProjectIntegrationMicrosoftTeams",
        "gitlab:index/projectIntegrationGoogleChat:ProjectIntegrationGoogleChat",
    ],
    check: ({ props }, settings) =>
        isPlainHttp(text(props, "webhook") ?? "", settings)
            ? ["webhook is http; use https, or name the host in plainHttpHosts."]
            : [],
};

const hookOn: ResourceRule = {
    name: "notifications-webhook-on",
    area: "Notifications",
    severity: "low",
    description: "A webhook that is declared is on: nobody misses what it would have said.",
    remedy: "Leave enabled out, or take the webhook away.",
    types: ["harbor:index/projectWebhook:ProjectWebhook"],
    check: ({ props }) =>
        isFalse(props, "enabled") ? ["enabled is false; leave it out, or take the webhook away."] : [],
};

export const notificationRules: readonly ResourceRule[] = [integrationEncrypted, hookOn];
