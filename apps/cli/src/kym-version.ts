// The version of this package, for `kym --version`, `kym doctor` and the reports of an ingest.

import { readFileSync } from "node:fs";

/** Reads the version from `package.json`; `unknown` if it has none. */
export function kymVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown";
}
