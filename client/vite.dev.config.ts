import { defineConfig } from "vite";

/** `npm run dev`: the room with pretended people, for its looks (client/dev/README.md). */
export default defineConfig({
  root: "dev",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: { host: "127.0.0.1", strictPort: false },
});
