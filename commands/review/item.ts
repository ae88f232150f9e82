/** One line of a list. */
export interface Item {
    /** `bad`: read this first. `warn`: look at it. `plain`: to know. */
    readonly tone: "bad" | "warn" | "plain";
    readonly text: string;
}
