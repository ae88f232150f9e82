/** Reading a published SDK's source, on a small one in its form. That the real ones have this form shows only a run of the command. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { differences, plainType, readPublished } from "../../commands/sdks/published";
import type { Schema } from "../../commands/sdks/schema";

const lamp = `
@pulumi.input_type
class LampArgs:
    def __init__(__self__, *,
                 room: pulumi.Input[_builtins.str],
                 pin_code: pulumi.Input[Optional[_builtins.str]] = None,
                 bulbs: pulumi.Input[Optional[Sequence[pulumi.Input['LampBulbArgs']]]] = None):
        """
        Text.
        """
        pulumi.set(__self__, "room", room)

    @_builtins.property
    @pulumi.getter
    def room(self) -> pulumi.Input[_builtins.str]:
        return pulumi.get(self, "room")

    @_builtins.property
    @pulumi.getter(name="pinCode")
    def pin_code(self) -> pulumi.Input[Optional[_builtins.str]]:
        return pulumi.get(self, "pin_code")

    @_builtins.property
    @pulumi.getter
    @_utilities.deprecated("""Use something (else).""")
    def bulbs(self) -> pulumi.Input[Optional[Sequence[pulumi.Input['LampBulbArgs']]]]:
        return pulumi.get(self, "bulbs")


@pulumi.type_token("home:index/lamp:Lamp")
class Lamp(pulumi.CustomResource):
    def _internal_init(__self__):
            __props__.__dict__["room"] = room
            __props__.__dict__["pin_code"] = None if pin_code is None else pulumi.Output.secret(pin_code)
        secret_opts = pulumi.ResourceOptions(additional_secret_outputs=["pinCode"])
        super(Lamp, __self__).__init__(
            'home:index/lamp:Lamp',
            resource_name)

    @_builtins.property
    @pulumi.getter
    def room(self) -> pulumi.Output[_builtins.str]:
        return pulumi.get(self, "room")

    @_builtins.property
    @pulumi.getter(name="pinCode")
    def pin_code(self) -> pulumi.Output[Optional[_builtins.str]]:
        return pulumi.get(self, "pin_code")

    @_builtins.property
    @pulumi.getter
    @_utilities.deprecated("""Use something else.""")
    def bulbs(self) -> pulumi.Output[Optional[Sequence['outputs.LampBulb']]]:
        return pulumi.get(self, "bulbs")
`;

const inputs = `
@pulumi.input_type
class LampBulbArgs:
    def __init__(__self__, *,
                 watts: pulumi.Input[_builtins.int]):
        pulumi.set(__self__, "watts", watts)

    @_builtins.property
    @pulumi.getter
    def watts(self) -> pulumi.Input[_builtins.int]:
        return pulumi.get(self, "watts")
`;

const schema = (): Schema => ({
    name: "home",
    version: "1.0.0",
    npm: "@pulumi/home",
    provider: {},
    types: { LampBulb: { watts: { type: "integer", required: true } } },
    resources: {
        Lamp: {
            token: "home:index/lamp:Lamp",
            about: "A lamp.",
            inputs: {
                room: { type: "string", required: true, always: true },
                pinCode: { type: "string", secret: true },
                bulbs: { type: "LampBulb[]", deprecated: true },
            },
        },
    },
});

const published = readPublished(
    new Map([
        ["lamp.py", lamp],
        ["_inputs.py", inputs],
    ]),
);

describe("a published SDK", () => {
    it("agrees with a schema that says the same", () => {
        assert.deepEqual(differences(schema(), published), []);
    });

    it("shows each kind of difference", () => {
        const other = schema();
        const properties = other.resources["Lamp"]?.inputs;
        assert.ok(properties);
        properties["room"] = { type: "string" };
        properties["pinCode"] = { type: "integer" };
        delete properties["bulbs"];
        properties["shade"] = { type: "string" };
        assert.deepEqual(differences(other, published), [
            "Lamp input room: required is false here, true in the published SDK",
            "Lamp input pinCode: type is integer here, string in the published SDK",
            "Lamp input pinCode: secret is false here, true in the published SDK",
            "Lamp input shade: not in the published SDK",
            "Lamp input bulbs: only in the published SDK",
            "Lamp output room: always is false here, true in the published SDK",
            "Lamp output pinCode: type is integer here, string in the published SDK",
            "Lamp output pinCode: secret is false here, true in the published SDK",
            "Lamp output shade: not in the published SDK",
            "Lamp output bulbs: only in the published SDK",
        ]);
    });

    it("shows a token that is not there", () => {
        const other = schema();
        const spec = other.resources["Lamp"];
        assert.ok(spec);
        spec.token = "home:index/lantern:Lantern";
        assert.deepEqual(differences(other, published), [
            "Lamp: the published SDK has no token home:index/lantern:Lantern",
        ]);
    });

    it("writes types in the form of the schema", () => {
        assert.equal(plainType("pulumi.Output[Optional[Mapping[str, builtins.str]]]"), "map<string>");
        assert.equal(plainType("Optional[pulumi.Input[Sequence[pulumi.Input[builtins.int]]]]"), "integer[]");
    });
});
