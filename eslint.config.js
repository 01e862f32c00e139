// Types are tsc's duty; the linter holds what types cannot: size, complexity, unused code.
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/*.mjs"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts", "**/*.tsx"],
    rules: {
      eqeqeq: "error",
      "prefer-const": "error",
      "no-console": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Build nodes; server HTML has one door: panels/html.ts." },
        { object: "Math", property: "random", message: "Take randomness as an argument." },
      ],
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  { files: ["frontend/tests/**"], rules: { "max-lines-per-function": "off" } },
);
