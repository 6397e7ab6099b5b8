// Finds a Python that is new enough, also one that pyenv keeps and does not put on the path.

import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const NAMES = ["python3", "python3.14", "python3.13", "python3.12"];

/**
 * The first Python 3 whose minor version is `oldestMinor` or newer: on the path, among the versions of pyenv, or one of its shims.
 * Without one, prints a line that says what is skipped, and returns undefined: also in CI, whose machine may have none.
 *
 * @param what is skipped, such as `the readers of OME-Zarr`
 */
export async function findNewerPython(oldestMinor: number, what: string): Promise<string | undefined> {
  const candidates = [...NAMES, ...(await ofPyenv())];
  for (const name of candidates) {
    if ((await minorOf(name)) >= oldestMinor) {
      return name;
    }
  }
  console.warn(
    `SKIPPED: ${what}: none of ${candidates.length} Pythons on the path and in pyenv is 3.${oldestMinor} or newer`,
  );
  return undefined;
}

/** The Pythons of each folder that pyenv may use, newest names first. */
async function ofPyenv(): Promise<readonly string[]> {
  const told = await run("pyenv", ["root"]).then(
    ({ stdout }) => stdout.trim(),
    () => "",
  );
  const roots = [process.env["PYENV_ROOT"] ?? "", told, join(homedir(), ".pyenv"), "/root/.pyenv"];
  return [...new Set(roots)].flatMap((root) => {
    const versions = root === "" ? [] : namesIn(join(root, "versions")).toReversed();
    const shims = root === "" ? [] : NAMES.map((name) => join(root, "shims", name)).filter(existsSync);
    return [...versions.map((name) => join(root, "versions", name, "bin", "python3")), ...shims];
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** 0 for anything but a Python 3. */
async function minorOf(name: string): Promise<number> {
  const script = "import sys; print(sys.version_info[1] if sys.version_info[0] == 3 else 0)";
  return run(name, ["-c", script]).then(
    ({ stdout }) => Number(stdout),
    () => 0,
  );
}
