/// <reference types="vitest/config" />
import { defineConfig } from "vite";

/** The entries, found by the server through the manifest: the room, and pages that bring their own script or style. */
export default defineConfig({
  base: "/static/built/",
  publicDir: false,
  build: {
    outDir: "../src/bailiwick/web/static/built",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        appeal: "src/appeal.ts",
        demands: "src/demands.ts",
        main: "src/main.ts",
        host: "src/host.ts",
        proof: "src/proof.ts",
        register: "src/register.ts",
        told: "src/told.ts",
      },
    },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    include: ["tests/**/*.test.ts", "src/**/*.test.ts"],
    environment: "node",
  },
});
