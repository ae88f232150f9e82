/**
 * The policy pack: every rule as a policy of Pulumi's. Advisory unless a policy configuration says otherwise, see
 * docs/policies.md. Run it with `npm run preview -- --policy`, or with any CLI: `pulumi preview --policy-pack policies`.
 */
import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "./pack";
import { rules } from "./rules";
import { packLanguage } from "./words";

new PolicyPack("gitops-estate", {
    policies: policiesOf(rules, new Date().toISOString().slice(0, 10), packLanguage(process.env)),
    enforcementLevel: "advisory",
});
