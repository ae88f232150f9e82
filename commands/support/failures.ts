/** Why tests failed, from what Node's `spec` reporter printed: the part at its end, without the closing lines. */
export function failuresIn(report: string): string {
    const begin = /^✖ failing tests:\n/m.exec(report);
    return begin === null ? "" : report.slice(begin.index + begin[0].length).trim();
}
