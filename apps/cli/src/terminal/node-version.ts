import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";

/** The first Node whose zlib has zstd, without which an import of ours fails: `engines` of every package here. */
export const OLDEST_NODE = "22.15";

/** Says that a Node is too old before a module says so in words of its own. */
export function requireNode(version: string): void {
  if (!isAtLeast(version, OLDEST_NODE)) {
    throw new CliError(
      EXIT.unexpected,
      "node_too_old",
      `kym needs Node ${OLDEST_NODE} or newer, and this is ${version}`,
      {
        details: { expected: `>=${OLDEST_NODE}`, found: version },
        hint: "install a newer one (nodejs.org), or let npm bring it: npx -y -p node@24 -p @kym/cli kym …",
      },
    );
  }
}

function isAtLeast(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split(".").map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
