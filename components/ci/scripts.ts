/** The scripts that pipelines run: files beside this one, the same for every app; what differs are variables. */
import * as path from "node:path";
import { fileText } from "../support/template";

/** A script of the pipelines. `test` and `quality` are a beginning that teams replace. */
export type Script = "test" | "quality" | "image" | "deliver" | "promote";

/** Where a repository has the script. */
export function scriptPath(script: Script): string {
    return `ci/${script}.sh`;
}

/** Text of a script, for /bin/sh. */
export function scriptText(script: Script): string {
    return fileText(path.join(__dirname, "scripts", `${script}.sh`));
}
