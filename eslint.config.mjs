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
  { files: envReaders, rules: { "no-restricted-properties": "off" } },
);
