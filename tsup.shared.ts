import type { Options } from "tsup";

/**
 * One build for every package: ESM, no bundled dependencies, declarations by `tsc` beside it. No source maps: what is
 * published is not minified, and the sources are not in it.
 */
export function packageBuild(entry: Record<string, string>): Options {
  return {
    entry,
    format: ["esm"],
    target: "es2023",
    // What package.json chooses by platform, its `imports`, is chosen where the package is used.
    external: [/^#/],
    sourcemap: false,
    clean: true,
    splitting: true,
  };
}
