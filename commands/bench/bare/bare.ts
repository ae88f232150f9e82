/** What `npm run bench` measures the estate against: resources that do nothing, each with one small input, side by side. */
import * as pulumi from "@pulumi/pulumi";

class Provider extends pulumi.ProviderResource {
    constructor(name: string) {
        super("noop", name, {}, { version: "1.0.0" });
    }
}

class Resource extends pulumi.CustomResource {
    constructor(name: string, provider: Provider) {
        super("noop:index:Resource", name, { text: name }, { provider });
    }
}

/** The program: as many resources as the environment says; the stack itself and the provider count. */
function declare(): void {
    const wanted = Number(process.env["ESTATE_BENCH_RESOURCES"]);
    const provider = new Provider("noop");
    for (let index = 2; index < wanted; index++) {
        new Resource(`resource-${index}`, provider);
    }
}

export = declare;
