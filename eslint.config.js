// Types are tsc's duty; the linter holds what types cannot: size, complexity, unused code, and what the browsers of
// the last four years lack (Chromium and Firefox 107 are of November 2022).
import css from "@eslint/css";
import compat from "eslint-plugin-compat";
import es from "eslint-plugin-es-x";
import tseslint from "typescript-eslint";

/** Done without where it is missing, or missing only in Safari. */
const DISPENSABLE = [
  "accent-color", "field-sizing", "outline", "paint-order", "resize", "text-autospace", "text-spacing-trim", "user-select",
];

export default tseslint.config(
  { ignores: ["**/*.mjs"] },
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.recommended],
    plugins: { compat, "es-x": es },
    settings: { browsers: ["chrome 107", "firefox 107"], "es-x": { aggressive: true } },
    rules: {
      ...es.configs["flat/restrict-to-es2022"].rules,
      // Both browsers have these since before; and `resize` is a name that is not only an ArrayBuffer's.
      "es-x/no-array-prototype-findlast-findlastindex": "off",
      "es-x/no-resizable-and-growable-arraybuffers": "off",
      "compat/compat": "error",
      eqeqeq: "error",
      "prefer-const": "error",
      "no-console": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Build nodes; server HTML has one door: panels/html.ts." },
        { object: "Math", property: "random", message: "Take randomness as an argument." },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "NewExpression[callee.name='Worker'] Property[key.name='type']",
          message: "Firefox has module workers since 114 only: the build makes classic ones.",
        },
        {
          selector: "CallExpression[callee.property.name='addEventListener'] > Literal[value='beforeunload']",
          message: "Older browsers need more than preventDefault: use parts/closing.",
        },
      ],
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  { files: ["frontend/tests/**/*.ts"], rules: { "max-lines-per-function": "off" } },
  {
    files: ["**/*.css"],
    plugins: { css },
    language: "css/css",
    rules: {
      "css/use-baseline": ["error", { available: 2022, allowProperties: DISPENSABLE, allowSelectors: ["selection"] }],
    },
  },
);
