import { defineConfig } from "vitest/config";

// The bundle lies in the package, so that a checkout runs without Node. Names carry no hash: the server answers with
// an ETag, and a rebuilt bundle differs from the committed one only where it has changed.
export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../pointreel/apps/web/static",
    emptyOutDir: true,
    sourcemap: false,
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: { entryFileNames: "studio.js", chunkFileNames: "[name].js", assetFileNames: "studio[extname]" },
    },
  },
  server: { host: "127.0.0.1", proxy: { "/api": "http://127.0.0.1:8421" } },
  test: { include: ["tests/**/*.test.ts"] },
});
