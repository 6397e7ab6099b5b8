import { defineConfig, type ViteUserConfig } from "vitest/config";

const conditions = ["@kym/source"];
const project = (name: string, include: string[]) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name, include, environment: "node" as const, testTimeout: 60_000 },
});

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      project("zarr-store", ["packages/zarr-store/test/**/*.test.ts"]),
      project("legacy-io", ["packages/legacy-io/test/**/*.test.ts"]),
      project("roi", ["packages/roi/test/**/*.test.ts"]),
      project("kym-dataset", ["packages/kym-dataset/test/**/*.test.ts"]),
      project("cli", ["apps/cli/test/**/*.test.ts"]),
      project("demos", ["apps/demos/test/**/*.test.ts"]),
      project("gates", ["test/gates/**/*.test.ts", "test/scripts/**/*.test.ts"]),
      project("interop", ["test/interop/**/*.test.ts"]),
    ],
  },
});

export default config;
