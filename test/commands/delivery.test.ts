/**
 * What the delivery bench reads and prints. That a change arrives at all is proved by the end-to-end tests; nothing here
 * says how fast.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deliveryTable, parseDeliveryOptions, withTag } from "../../commands/bench/delivery";

describe("options of the delivery bench", () => {
    test("have defaults, and take counts", () => {
        assert.deepEqual(parseDeliveryOptions([]), { runs: 10, polls: 2 });
        assert.deepEqual(parseDeliveryOptions(["--runs", "3", "--polls", "1"]), { runs: 3, polls: 1 });
        assert.deepEqual(parseDeliveryOptions(["--runs", "3"]), { runs: 3, polls: 2 });
    });
    for (const argv of [["--runs"], ["--runs", "x"], ["--runs", "0"], ["--rounds", "3"], ["runs", "3"]]) {
        test(`refuse ${argv.join(" ")}`, () => {
            assert.throws(
                () => parseDeliveryOptions(argv),
                new RegExp(`"${argv.join(" ")}" is not --runs <count> or --polls <count>`),
            );
        });
    }
});

describe("the delivery table", () => {
    test("shows how many runs it is made of, the median against its aim, and the maximum", () => {
        assert.equal(
            deliveryTable([
                { what: "commit - runs", by: "webhooks", seconds: [9, 4, 5], aim: 5 },
                { what: "push - runs", by: "webhooks", seconds: [16, 15.5], aim: 15 },
                { what: "push - commit", by: "webhooks", seconds: [4] },
                { what: "commit - runs", by: "polling", seconds: [200, 100] },
                { what: "nothing", by: "polling", seconds: [], aim: 5 },
            ]),
            [
                "FROM - TO      BY        RUNS  MEDIAN   MAXIMUM  AIM",
                "commit - runs  webhooks  3     5.0 s    9.0 s    <= 5 s   ok",
                "push - runs    webhooks  2     15.5 s   16.0 s   <= 15 s  MISSED",
                "push - commit  webhooks  1     4.0 s    4.0 s",
                "commit - runs  polling   2     100.0 s  200.0 s",
                "nothing        polling   0     ?        ?        <= 5 s   not measured",
            ].join("\n"),
        );
    });
});

describe("a tag in a chart's values", () => {
    test("is replaced, and nothing else", () => {
        assert.equal(withTag('# a\nimagetag: "old"\nport: 80\n', "new"), '# a\nimagetag: "new"\nport: 80\n');
    });
    test("must be there", () => {
        assert.throws(() => withTag("port: 80\n", "new"), /no imagetag/);
    });
});
