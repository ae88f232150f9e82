/** Rules about Harbor: what is public, what is scanned, what a robot may do and for how long. */
import { isProd, list, objects, text, type ResourceRule } from "../rule";

const project = "harbor:index/project:Project";
const robot = "harbor:index/robotAccount:RobotAccount";

export const projectPrivate: ResourceRule = {
    name: "harbor-project-private",
    description: "Harbor projects are private: images carry code and sometimes more.",
    types: [project],
    check: ({ props }) =>
        String(props["public"]) === "true"
            ? ["public is true; leave it out and give readers a pull robot."]
            : [],
};

export const projectScanned: ResourceRule = {
    name: "harbor-project-scanned",
    description: "What is pushed is scanned.",
    types: [project],
    check: ({ props }) =>
        props["vulnerabilityScanning"] === false
            ? ["vulnerabilityScanning is false; leave it out or set it to true."]
            : [],
};

export const prodKept: ResourceRule = {
    name: "harbor-project-prod-kept",
    description: "A production project cannot be deleted together with its images.",
    types: [project],
    check({ props }, settings) {
        const name = text(props, "name") ?? "";
        return isProd(name, settings) && props["forceDestroy"] === true
            ? [
                  `project ${name} has forceDestroy; leave it out and set deletionProtection on the environment.`,
              ]
            : [];
    },
};

export const robotLeastRights: ResourceRule = {
    name: "harbor-robot-least-rights",
    description: "A robot names what it may do and where; nothing is a wildcard.",
    types: [robot],
    check({ props }) {
        const problems: string[] = [];
        for (const permission of objects(props, "permissions")) {
            const where = text(permission, "namespace");
            if (where === "*") {
                problems.push('a permission has namespace "*"; name the projects the robot needs.');
            }
            for (const access of objects(permission, "accesses")) {
                if (access["action"] === "*" || access["resource"] === "*") {
                    problems.push("an access is a wildcard; name resource and action.");
                }
            }
            if (
                list(permission, "accesses").length === 0 &&
                "accesses" in permission &&
                permission["accesses"] !== undefined
            ) {
                problems.push("a permission has no access; take the robot away or give it what it needs.");
            }
        }
        return problems;
    },
};

export const robotExpires: ResourceRule = {
    name: "harbor-robot-expires",
    description: "A robot expires.",
    types: [robot],
    check({ props }, settings) {
        const days = props["duration"];
        if (days === undefined || days === -1) {
            return [
                `duration is ${days === -1 ? "-1" : "absent"}, which is never; set it to at most ${settings.robotMaxDays} days.`,
            ];
        }
        return typeof days === "number" && days > settings.robotMaxDays
            ? [`duration is ${days} days; set it to at most ${settings.robotMaxDays}.`]
            : [];
    },
};

export const harborRules: readonly ResourceRule[] = [
    projectPrivate,
    projectScanned,
    prodKept,
    robotLeastRights,
    robotExpires,
];
