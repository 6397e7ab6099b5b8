import type { Options } from "tsup";

/** One build for every package: ESM, no bundled dependencies, declarations by `tsc` beside it. */
export function packageBuild(entry: Record<string, string>): Options {
  return { entry, format: ["esm"], target: "es2023", sourcemap: true, clean: true, splitting: true };
}
