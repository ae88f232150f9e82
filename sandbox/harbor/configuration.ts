import { badRequest } from "./errors";
import type { State } from "./model";

type Value = string | number | boolean;

interface Setting {
    default: Value;
    /** Never shown. */
    secret?: true;
    /** Allowed values, when they are few. */
    oneOf?: Value[];
    /** Allowed range, for numbers. */
    range?: [number, number];
}

const text = (value = ""): Setting => ({ default: value });
const flag = (value = false): Setting => ({ default: value });
const secret: Setting = { default: "", secret: true };

/** Harbor's settings with the defaults of a fresh install (`GET /configurations`, Harbor 2.15). */
const settings: Record<string, Setting> = {
    auth_mode: {
        default: "db_auth",
        oneOf: ["db_auth", "ldap_auth", "uaa_auth", "oidc_auth", "http_auth"],
    },
    primary_auth_mode: flag(),
    ldap_base_dn: text(),
    ldap_filter: text(),
    ldap_group_base_dn: text(),
    ldap_group_admin_dn: text(),
    ldap_group_attribute_name: text(),
    ldap_group_search_filter: text(),
    ldap_group_search_scope: { default: 2, oneOf: [0, 1, 2] },
    ldap_group_attach_parallel: flag(),
    ldap_group_membership_attribute: text("memberof"),
    ldap_scope: { default: 2, oneOf: [0, 1, 2] },
    ldap_search_dn: text(),
    ldap_search_password: secret,
    ldap_timeout: { default: 5 },
    ldap_uid: text("cn"),
    ldap_url: text(),
    ldap_verify_cert: flag(true),
    uaa_client_id: text(),
    uaa_client_secret: secret,
    uaa_endpoint: text(),
    uaa_verify_cert: flag(),
    http_authproxy_endpoint: text(),
    http_authproxy_tokenreview_endpoint: text(),
    http_authproxy_admin_groups: text(),
    http_authproxy_admin_usernames: text(),
    http_authproxy_verify_cert: flag(true),
    http_authproxy_skip_search: flag(),
    http_authproxy_server_certificate: text(),
    oidc_name: text(),
    oidc_endpoint: text(),
    oidc_client_id: text(),
    oidc_client_secret: secret,
    oidc_groups_claim: text(),
    oidc_admin_group: text(),
    oidc_group_filter: text(),
    oidc_scope: text(),
    oidc_user_claim: text(),
    oidc_verify_cert: flag(true),
    oidc_auto_onboard: flag(),
    oidc_extra_redirect_parms: text("{}"),
    oidc_logout: flag(),
    project_creation_restriction: { default: "everyone", oneOf: ["everyone", "adminonly"] },
    read_only: flag(),
    self_registration: flag(),
    token_expiration: { default: 30, range: [1, 2 ** 31 - 1] },
    session_timeout: { default: 60, range: [1, 2 ** 31 - 1] },
    robot_token_duration: { default: 30, range: [1, 2 ** 31 - 1] },
    robot_name_prefix: text("robot$"),
    notification_enable: flag(true),
    quota_per_project_enable: flag(true),
    storage_per_project: { default: -1, range: [-1, Number.MAX_SAFE_INTEGER] },
    audit_log_forward_endpoint: text(),
    skip_audit_log_database: flag(),
    scanner_skip_update_pulltime: flag(),
    banner_message: text(),
    disabled_audit_log_event_types: text(),
};

/** One setting as it is in force. */
export function setting<T extends Value>(state: State, name: string): T {
    return (state.configuration[name] ?? settings[name]?.default) as T;
}

/** All settings in the form of `GET /configurations`. Secrets are left out. */
export function showConfiguration(state: State): Record<string, { value: Value; editable: boolean }> {
    const usersExist = state.users.length > 1;
    const shown = Object.entries(settings)
        .filter(([, definition]) => !definition.secret)
        .map(([name]) => [
            name,
            // Harbor fixes the authentication mode once there are users of the old one.
            { value: setting(state, name), editable: name !== "auth_mode" || !usersExist },
        ]);
    return Object.fromEntries(shown) as Record<string, { value: Value; editable: boolean }>;
}

/**
 * Takes over the settings of a `PUT /configurations`. Names Harbor does not know are ignored, as Harbor does.
 * @throws HarborError 400 when a value cannot be.
 */
export function changeConfiguration(state: State, change: Record<string, unknown>): void {
    const accepted: Record<string, Value> = {};
    for (const [name, value] of Object.entries(change)) {
        const definition = settings[name];
        if (!definition || value === null || value === undefined) {
            continue;
        }
        if (typeof value !== typeof definition.default) {
            throw badRequest(`invalid value for ${name}: a ${typeof definition.default} is needed`);
        }
        const typed = value as Value;
        const outside =
            definition.range &&
            !(
                Number.isInteger(typed) &&
                (typed as number) >= definition.range[0] &&
                (typed as number) <= definition.range[1]
            );
        if (outside || (definition.oneOf && !definition.oneOf.includes(typed))) {
            throw badRequest(`invalid value for ${name}: ${String(typed)}`);
        }
        if (name === "auth_mode" && typed !== setting(state, name) && state.users.length > 1) {
            throw badRequest(
                "the auth mode cannot be modified as new users have been inserted into database",
            );
        }
        if (name === "robot_name_prefix" && !/^[A-Za-z0-9$_+@-]{1,64}$/.test(String(typed))) {
            throw badRequest("invalid value for robot_name_prefix");
        }
        accepted[name] = typed;
    }
    const next = { ...state.configuration, ...accepted };
    if (next["skip_audit_log_database"] === true && !next["audit_log_forward_endpoint"]) {
        throw badRequest("skip_audit_log_database needs an audit_log_forward_endpoint");
    }
    state.configuration = next;
}
