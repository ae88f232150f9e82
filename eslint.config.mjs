import tseslint from "typescript-eslint";

/** Environment variables are read in the few places that talk to the outside, nowhere else. */
const envReaders = [
  "estate/config.ts",
  "estate/connections.ts",
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

/**
 * Which folder may import which, by the folders it may not. estate <- components <- index.ts is the product; the sandbox,
 * the toolchain and the commands are not part of it. test/structure.test.ts says the same of dynamic imports, and forbids
 * circles.
 */
const arrows = [
  {
    files: ["estate/**"],
    not: ["components", "policies", "sdks", "sandbox", "commands", "toolchain", "test"],
    message: "The spec knows nothing but itself.",
  },
  {
    files: ["components/**"],
    not: ["policies", "sandbox", "commands", "toolchain", "test"],
    message: "Components know the spec, and each other.",
  },
  {
    files: ["index.ts"],
    not: ["policies", "sandbox", "commands", "toolchain", "test"],
    message: "The program knows the spec and the components.",
  },
  {
    files: ["policies/**"],
    not: ["components", "sandbox", "commands", "toolchain", "test"],
    message: "Policies know the spec.",
  },
  {
    files: ["toolchain/**"],
    not: ["estate", "components", "policies", "sdks", "sandbox", "commands", "test"],
    message: "The toolchain knows nothing of what it is used for.",
  },
  {
    files: ["sandbox/**"],
    not: ["components", "policies", "sdks", "commands", "estate", "test"],
    message: "The sandbox knows the toolchain, and nothing of the product.",
  },
  {
    files: ["commands/**"],
    not: ["components", "policies/index", "policies/pack", "sandbox/.", "test"],
    message:
      "Commands know the spec, the toolchain, the rules of the policies, and the sandbox by what sandbox/index.ts offers.",
  },
  {
    files: ["test/**"],
    ignores: ["test/{commands,docs,e2e,integration}/**"],
    not: ["sandbox"],
    message: "A test that needs servers of the sandbox belongs in test/integration or test/e2e.",
  },
  {
    files: ["test/{commands,docs,e2e}/**"],
    not: ["sandbox/."],
    message: "Of the sandbox, import what sandbox/index.ts offers.",
  },
].map(({ not, message, ...where }) => ({
  ...where,
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: not.map((folder) => ({
          // "sandbox" forbids the folder, "sandbox/." only what lies below it.
          regex: folder.endsWith("/.") ? `^(\\./|(\\.\\./)+)${folder}` : `^(\\./|(\\.\\./)+)${folder}(/|$)`,
          message,
        })),
      },
    ],
  },
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
          message: "Read the environment in estate/config.ts, estate/connections.ts or in commands/.",
        },
      ],
    },
  },
  {
    // Programs that run in jobs of others: JavaScript, because what a repository has must be readable, with types in comments.
    files: ["components/ci/scripts/*.mjs"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      curly: ["error", "all"],
      eqeqeq: "error",
      // It does not see casts in comments; tsc does.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  ...serverRules,
  ...arrows,
  { files: envReaders, rules: { "no-restricted-properties": "off" } },
);
