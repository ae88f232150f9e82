/** The whole look: every server at once, each bounded in time, and one list of findings. Nothing is changed anywhere. */
import type { Estate } from "../../estate/model";
import type { Look } from "./check";
import { gitlabConnection, type ConnectionContext } from "./connections";
import { decide, type Check, type Finding } from "./finding";
import { gitlabChecks } from "./gitlab/checks";
import { gitlabFacts } from "./gitlab/facts";
import { client, type Ask, type Connection } from "./http";
import { offlineFindings } from "./offline";

/** What the look is made with. */
export interface Examination extends ConnectionContext, Omit<Look, "estate"> {
    /** True: only what a first write of an `up` waits for. */
    readonly fast: boolean;
}

/** Longest time all questions may take, in milliseconds. */
export const deadline = 8000;

/** Looks at every server of the estate. Takes at most {@link deadline} and a little. */
export async function examine(estate: Estate, examination: Examination): Promise<Finding[]> {
    const end = AbortSignal.timeout(deadline);
    const look: Look = { estate, made: examination.made, now: examination.now };
    const chosen = <Facts>(checks: readonly Check<Facts, Look>[]): Check<Facts, Look>[] =>
        checks.filter(({ fast }) => fast || !examination.fast);
    const found = await Promise.all([
        asking(gitlabConnection(estate, examination), end, async (ask) =>
            decide(chosen(gitlabChecks), await gitlabFacts(ask, estate), look),
        ),
    ]);
    return [...offlineFindings(estate, examination.folder, examination.now), ...found.flat()];
}

/** Calls to one server, and the end of its sockets. */
async function asking<T>(
    connection: Connection,
    end: AbortSignal,
    work: (ask: Ask) => Promise<T>,
): Promise<T> {
    const { ask, close } = client(connection, end);
    try {
        return await work(ask);
    } finally {
        close();
    }
}
