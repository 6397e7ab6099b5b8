// Checks that Node is new enough, before an import fails with a message that says nothing about versions.

import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";

/** The first Node whose zlib has zstd, which our packages import. The `engines` of every package name it too. */
export const OLDEST_NODE = "22.15";

/** @throws {CliError} `node_too_old`, with the version that is needed */
export function requireNode(version: string): void {
  if (!isAtLeast(version, OLDEST_NODE)) {
    throw new CliError(
      EXIT.unexpected,
      "node_too_old",
      `kym needs Node ${OLDEST_NODE} or newer, but this is Node ${version}`,
      {
        details: { expected: `>=${OLDEST_NODE}`, found: version },
        hint: "install a newer Node from nodejs.org, or let npm fetch one: npx -y -p node@24 -p @kym/cli kym …",
      },
    );
  }
}

function isAtLeast(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split(".").map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
