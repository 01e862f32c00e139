import { defineConfig } from "vitest/config";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: { include: ["frontend/tests/**/*.test.{ts,tsx}"], environment: "node" },
});
