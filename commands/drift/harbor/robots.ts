/** Rights and ends of robots in words. Pure. */
import { list as listIn, text } from "../../doctor/json";
import { open } from "../finding";
import type { Raw } from "../reader";

/** What a robot may do where, of the program's form (`accesses`) or Harbor's (`access`). Sorted. */
export function rightsText(permissions: unknown): string {
    return listIn(open(permissions))
        .map((each) => {
            const rights = listIn(each["accesses"] ?? each["access"])
                .map(({ action, resource, effect }) => {
                    const denied = text(effect) !== "" && effect !== "allow" ? ` ${text(effect)}` : "";
                    return `${text(action)} ${text(resource)}${denied}`;
                })
                .sort();
            return `${text(each["namespace"])}: ${rights.join(", ")}`;
        })
        .sort()
        .join("; ");
}

export function endOf({ expires_at: end }: Raw): string {
    return typeof end !== "number" || end <= 0 ? "never" : new Date(end * 1000).toISOString().slice(0, 10);
}
