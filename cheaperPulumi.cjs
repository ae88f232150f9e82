/**
 * What makes a run of Pulumi cheaper without changing what it does. `ESTATE_PLAIN_PULUMI=true` leaves all of it out, to
 * compare or to rule it out; docs/performance.md says what each part saves, measured with and without.
 *
 * Two parts reach into other packages, which nothing else here does. Each works around a report that is open upstream, and
 * goes when that is closed.
 */
const { createRequire } = require("node:module");

const plain = process.env.ESTATE_PLAIN_PULUMI === "true";

/**
 * Debug messages are sent only when somebody wants them (`npm run preview -- --debug`, or `ESTATE_DEBUG=true`). The SDK
 * sends four for each resource whether the engine was started with --debug or not, and waits for the answer to each
 * before it sends the next: a fifth of a preview. Upstream: pulumi/pulumi#7146.
 */
function debugMessagesOnDemand() {
    if (process.env.ESTATE_DEBUG !== "true") {
        require("@pulumi/pulumi/log").debug = () => Promise.resolve();
    }
}

/**
 * Stack traces have two lines, where what is wrong is, and are mapped to TypeScript only once something failed. Pulumi
 * takes several for each resource and four for each property; mapped and in full length they are a quarter of a preview.
 * `NODE_OPTIONS=--stack-trace-limit=50` asks for more. Not reported upstream: both are settings of Node.js.
 */
function shortStackTraces() {
    Error.prepareStackTrace = undefined;
    if (Error.stackTraceLimit === 10) {
        Error.stackTraceLimit = 2;
    }
}

/**
 * What Pulumi loads at every start only to serialise functions, which an estate has none of, and what stands in for each
 * until its first use: npm's own machinery, and the TypeScript compiler. Upstream: pulumi/pulumi#3671.
 */
const unused = {
    "@npmcli/arborist": (real) => ({
        Arborist: function (options) {
            return new (real().Arborist)(options);
        },
    }),
    "./typescript-shim": (real) => new Proxy({}, { get: (_, name) => real()[name] }),
};

/**
 * What `load` gives. Meanwhile modules that are unused are left for their first use, unless they are loaded already.
 * Node.js documents that entries of its module cache may be added; these are there while the program loads.
 */
function withoutUnused(load) {
    const fromPulumi = createRequire(require.resolve("@pulumi/pulumi"));
    const added = Object.entries(unused).flatMap(([name, stub]) => {
        const file = fromPulumi.resolve(name);
        if (fromPulumi.cache[file] !== undefined) {
            return [];
        }
        const exports = stub(() => fromPulumi(file));
        fromPulumi.cache[file] = { id: file, filename: file, loaded: true, exports };
        return [file];
    });
    try {
        return load();
    } finally {
        for (const file of added) {
            delete fromPulumi.cache[file];
        }
    }
}

/** Loads a program with all of it. */
exports.loadCheaply = (load) => {
    if (plain) {
        return load();
    }
    shortStackTraces();
    const program = withoutUnused(() => {
        debugMessagesOnDemand();
        return load();
    });
    process.setSourceMapsEnabled(false);
    return program;
};

/** Runs a program so that the trace of what fails is mapped to TypeScript. */
exports.mappedWhenFailed = async (run) => {
    try {
        return await run();
    } catch (error) {
        process.setSourceMapsEnabled(true);
        throw withoutColours(error);
    }
};

/**
 * What a person can do something about is thrown as a RunError or ResourceError, and shown as it is. Anything else is a
 * mistake of the program: its trace is shown, without the colours that Pulumi would put into it wherever it goes.
 */
function withoutColours(error) {
    const { RunError, ResourceError } = require("@pulumi/pulumi");
    const expected = RunError.isInstance(error) || ResourceError.isInstance(error);
    return expected || !(error instanceof Error)
        ? error
        : new RunError(`A mistake of the program, please report it:\n${error.stack ?? error.message}`);
}
