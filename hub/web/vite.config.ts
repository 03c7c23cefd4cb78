import { defineConfig } from "vite";

/** Names of emitted files. Every server knows `.js`; not every one knows `.mjs`. */
const nameAsset = (name: string | undefined): string =>
  name?.endsWith(".mjs") ? "assets/[name]-[hash].js" : "assets/[name]-[hash][extname]";

export default defineConfig({
  base: "/",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // data: addresses would need a wider Content-Security-Policy
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      input: ["index.html", "review.html"],
      output: { assetFileNames: (asset) => nameAsset(asset.names[0]) },
    },
  },
});
