import { availableParallelism } from "node:os";
import { defineConfig, type ViteUserConfig } from "vitest/config";

const conditions = ["@kym/source"];
const project = (name: string, include: string[], fileParallelism = true) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name,
    include,
    environment: "node" as const,
    fileParallelism,
    hookTimeout: 60_000,
    testTimeout: 60_000,
  },
});

const config: ViteUserConfig = defineConfig({
  test: {
    // By default one core is left idle, which on two is half of the machine.
    maxWorkers: availableParallelism(),
    projects: [
      project("zarr-store", ["packages/zarr-store/test/**/*.test.ts"]),
      project("legacy-io", ["packages/legacy-io/test/**/*.test.ts"]),
      project("roi", ["packages/roi/test/**/*.test.ts"]),
      // What a file and a record have in common can be tested only above the packages of both.
      project("kym-dataset", ["packages/kym-dataset/test/**/*.test.ts", "test/images/**/*.test.ts"]),
      project("cli", ["apps/cli/test/**/*.test.ts"]),
      project("demos", ["apps/demos/test/**/*.test.ts"]),
      project("gates", ["test/bench/**/*.test.ts", "test/gates/**/*.test.ts", "test/scripts/**/*.test.ts"]),
      // One file at a time: the first makes the Python environment of all.
      project("interop", ["test/interop/**/*.test.ts"], false),
      // The suites of the others at full size.
      project("soak", ["packages/*/test/**/*.soak.ts", "apps/*/test/**/*.soak.ts"]),
    ],
  },
});

export default config;
