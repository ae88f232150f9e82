import tseslint from "typescript-eslint";

/** Environment variables are read in the few places that talk to the outside, nowhere else. */
const envReaders = [
  "estate/config.ts",
  "commands/**",
  "sandbox/**",
  "toolchain/**",
  "test/**",
  "policies/index.ts",
];

/** The package of each server, and the only folder that may import it. */
const servers = { "@pulumi/gitlab": "components/gitlab/**", "@pulumi/harbor": "components/harbor/**" };

/** Forbids the packages of all servers but the one whose folder `own` is. */
const withoutServers = (own) =>
  Object.entries(servers)
    .filter(([, folder]) => folder !== own)
    .map(([name, folder]) => ({
      name,
      message: `Only ${folder} knows it: give it a function or a component there.`,
    }));

const serverRules = [undefined, ...Object.values(servers)].map((own) => ({
  files: [own ?? "**/*.ts"],
  ignores: ["sdks/**", "test/**"],
  // The rule of typescript-eslint, because a second setting of the core rule would replace the first.
  rules: { "@typescript-eslint/no-restricted-imports": ["error", { paths: withoutServers(own) }] },
}));

export default tseslint.config(
  { ignores: ["node_modules/**", ".sandbox/**", "sdks/**"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      curly: ["error", "all"],
      eqeqeq: "error",
      "no-console": "off",
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            {
              from: "package",
              package: "node:test",
              name: ["test", "describe", "it", "suite", "before", "after", "beforeEach", "afterEach"],
            },
          ],
        },
      ],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-restricted-properties": [
        "error",
        {
          object: "process",
          property: "env",
          message: "Read the environment in estate/config.ts or in commands/.",
        },
      ],
    },
  },
  ...serverRules,
  { files: envReaders, rules: { "no-restricted-properties": "off" } },
);
