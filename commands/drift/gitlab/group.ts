/** What in a group is not as declared. Pure. */
import type { Declared } from "../declared";
import type { Finding } from "../finding";
import { groupFields } from "./fields";
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
            ...this.shares(this.of(types.groupShare, "groupId"), body, "shareGroupId"),
            ...this.tokens("accessToken", [], this.place.accessTokens, members),
            ...this.tokens("deployToken", [], this.place.deployTokens, members),
            ...this.variables([], this.place.variables),
            ...this.hooks([], this.place.hooks),
            ...this.runners(this.place.runners),
            ...this.integrations(this.place.integrations),
        ];
    }
}
