import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig, type ViteUserConfig } from "vitest/config";

const conditions = ["@kym/source"];
/** Processes that tests start find here what Node compiled of their sources for the process before. */
const compileCache = join(import.meta.dirname, "node_modules/.cache/node-compile");

const project = (name: string, include: string[]) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name,
    include,
    environment: "node" as const,
    env: { NODE_COMPILE_CACHE: compileCache },
    hookTimeout: 60_000,
    testTimeout: 60_000,
    // One process serves many test files, which nearly halves the time of processors. So a file leaves nothing behind in
    // its process: no mocked module, no replaced global or timer, no other working directory, no count in a module. Some
    // 700 panics over damaged files break parquet-wasm for good: what makes so many runs in a process of its own.
    isolate: false,
  },
});
/** One file at a time, after all others. */
const inTurn = ({ test, ...rest }: ReturnType<typeof project>) => ({
  ...rest,
  test: { ...test, fileParallelism: false, sequence: { groupOrder: 1 } },
});

const config: ViteUserConfig = defineConfig({
  test: {
    // Tests wait for disks, other processes and clocks: one file more than there are cores keeps them busy meanwhile.
    maxWorkers: availableParallelism() + 1,
    projects: [
      project("zarr-store", ["packages/zarr-store/test/**/*.test.ts"]),
      project("kym-schema", ["packages/kym-schema/test/**/*.test.ts"]),
      project("legacy-io", ["packages/legacy-io/test/**/*.test.ts"]),
      project("roi", ["packages/roi/test/**/*.test.ts"]),
      project("flow", ["packages/flow/test/**/*.test.ts"]),
      project("view", ["packages/view/test/**/*.test.ts"]),
      project("viewer-elements", ["packages/viewer-elements/test/**/*.test.ts"]),
      // What a file and a record have in common can be tested only above the packages of both.
      project("kym-dataset", [
        "packages/kym-dataset/test/**/*.test.ts",
        "test/images/**/*.test.ts",
        "test/golden-datasets/**/*.test.ts",
      ]),
      // The simulator stands above the command, so that reports of its studies are tested above both.
      project("cli", ["apps/cli/test/**/*.test.ts", "test/report/**/*.test.ts"]),
      project("demos", ["apps/demos/test/**/*.test.ts"]),
      project("gates", ["test/bench/**/*.test.ts", "test/gates/**/*.test.ts", "test/scripts/**/*.test.ts"]),
      // The first file makes the Python environment of all.
      inTurn(project("interop", ["test/interop/**/*.test.ts"])),
      // The suites of the others at full size.
      project("soak", ["packages/*/test/**/*.soak.ts", "apps/*/test/**/*.soak.ts", "test/**/*.soak.ts"]),
    ],
  },
});

export default config;
