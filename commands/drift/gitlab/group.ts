/** What in a group is not as declared. Pure. */
import type { Declared } from "../declared";
import { facts, type Finding } from "../finding";
import { text } from "../../doctor/json";
import { groupFields } from "./fields";
import { roleOf } from "./grants";
import { isThere, type GitLabInventory, type GroupInventory } from "./inventory";
import { Look, type NamingContext } from "./place";
import { types } from "./types";

export class GroupLook extends Look<GroupInventory> {
    constructor(
        place: GroupInventory,
        declared: readonly Declared[],
        inventory: GitLabInventory,
        context: NamingContext,
    ) {
        super(place, declared, inventory, context, "groups");
    }

    findings(): Finding[] {
        const { body, members } = this.place;
        if (body === undefined) {
            return [];
        }
        const group = this.declared.find((each) => each.type === types.group && each.id === this.place.id);
        if (!isThere(body) || group === undefined) {
            return [this.missing("group", this.place.path, "delivery")];
        }
        return [
            ...this.settings("group", group, body, groupFields),
            ...this.members(this.of(types.groupMember, "groupId"), members),
            ...this.invitations(this.place.invitations),
            ...this.shares(this.of(types.groupShare, "groupId"), body, "shareGroupId"),
            ...this.links(),
            ...this.tokens("accessToken", [], this.place.accessTokens, members),
            ...this.tokens("deployToken", [], this.place.deployTokens, members),
            ...this.variables([], this.place.variables),
            ...this.hooks([], this.place.hooks),
            ...this.runners(this.place.runners),
            ...this.integrations(this.place.integrations),
        ];
    }

    /** Groups of a directory whose people become members by themselves. */
    private links(): Finding[] {
        const link = (noun: "samlLink" | "ldapLink", name: string, path: string, level: unknown): Finding =>
            this.undeclared(noun, name, "access", path, { differences: facts({ role: roleOf(level) }) });
        return [
            ...(this.place.samlLinks ?? []).map(({ name, access_level: level }) =>
                link("samlLink", text(name), `saml_group_links/${encodeURIComponent(text(name))}`, level),
            ),
            ...(this.place.ldapLinks ?? []).map(({ cn, filter, provider, group_access: level }) => {
                const [key, value] = text(cn) === "" ? ["filter", text(filter)] : ["cn", text(cn)];
                const query = new URLSearchParams({ [key]: value, provider: text(provider) });
                return link(
                    "ldapLink",
                    `${text(provider)} ${value}`,
                    `ldap_group_links?${query.toString()}`,
                    level,
                );
            }),
        ];
    }
}
