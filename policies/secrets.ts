/** What a text that should be no secret looks like. Pure. */
import { secretIn as kindOf } from "../estate/secrets";
import { words, type Words } from "./words";

/** Kinds of secrets (estate/secrets.ts) in Chinese. */
const chinese: Readonly<Record<string, string>> = {
    "a GitLab token": "GitLab 令牌",
    "a private key": "私钥",
    "a URL with a password": "带密码的 URL",
    "an address of a database with a password": "带密码的数据库地址",
    "a bot's webhook URL": "机器人的 Webhook 地址",
    "a bot's access token": "机器人的访问令牌",
    "a bot's token": "机器人的令牌",
    "a JSON web token": "JSON Web Token",
    "a Slack token": "Slack 令牌",
    "a GitHub token": "GitHub 令牌",
    "an AWS access key": "AWS 访问密钥",
    "a Docker token": "Docker 令牌",
    "an npm token": "npm 令牌",
    "a Vault token": "Vault 令牌",
    "a Google API key": "Google API 密钥",
    "an Alibaba Cloud access key": "阿里云访问密钥",
    "an API key": "API 密钥",
    "a payment key": "支付密钥",
    "a SendGrid key": "SendGrid 密钥",
    "a Hugging Face token": "Hugging Face 令牌",
    "a PyPI token": "PyPI 令牌",
    "a Pulumi token": "Pulumi 令牌",
    "a DigitalOcean token": "DigitalOcean 令牌",
    "a Grafana token": "Grafana 令牌",
    "a Tencent Cloud access key": "腾讯云访问密钥",
    "a registry login": "镜像仓库登录凭据",
};

/** What secret `text` looks like; undefined when it looks like none. */
export function secretIn(text: string): Words | undefined {
    const found = kindOf(text);
    return found === undefined ? undefined : secretWords(found);
}

/** A kind of secret. */
export function secretWords(kind: string): Words {
    return words(kind, chinese[kind] ?? kind);
}
