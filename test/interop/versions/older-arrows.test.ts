// Runs the tests of tables with each version of apache-arrow that the packages accept.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { REPOSITORY_ROOT } from "../../gates/source/source-tree.ts";
import { REFUSED_ARROWS, TESTED_ARROWS } from "../../support/arrow-versions.ts";
import { installFromNpm } from "../install-from-npm.ts";

const execute = promisify(execFile);
const HOOK = pathToFileURL(join(import.meta.dirname, "use-other-arrow.ts")).href;
/** Before 21.2 a table without columns has no rows. No function that is public makes one. */
const WITHOUT_COLUMNS = "gives the columns in the order of the names";

/** Runs a program with a version of Arrow, and returns what it prints. */
async function withArrow(version: string, args: readonly string[], cwd = REPOSITORY_ROOT): Promise<string> {
  const { stdout } = await execute(process.execPath, args, {
    cwd,
    env: {
      ...process.env,
      NODE_OPTIONS: `--import=${HOOK}`,
      KYM_OTHER_ARROW: await installFromNpm("apache-arrow", version),
      NO_COLOR: "1",
      FORCE_COLOR: undefined,
    },
    maxBuffer: 2 ** 26,
  });
  return stdout;
}

describe.each(TESTED_ARROWS)("apache-arrow %s", (version) => {
  test("is what a program gets", async () => {
    const script = 'console.log(import.meta.resolve("apache-arrow"))';
    const folder = join(REPOSITORY_ROOT, "packages/zarr-store");
    const printed = await withArrow(version, ["--input-type=module", "--eval", script], folder);
    expect(printed).toContain(`apache-arrow-${version}/`);
    const manifest = await readFile(
      join(await installFromNpm("apache-arrow", version), "package.json"),
      "utf8",
    );
    expect(JSON.parse(manifest)).toMatchObject({ version });
  });

  test("passes the tests of tables, but those of faults that only one version has", async () => {
    const printed = await withArrow(version, [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--project=zarr-store",
      "--maxWorkers=100%",
      "packages/zarr-store/test/table",
      "--exclude=**/library-faults.test.ts",
      `--testNamePattern=^(?!.*${WITHOUT_COLUMNS})`,
    ]);
    expect(printed).toMatch(/Tests +\d{3} passed/);
  }, 300_000);
});

test.each(REFUSED_ARROWS)("apache-arrow %s is refused as not_supported", async (version) => {
  const script = `
    const { isZarrStoreError, tableFromRows } = await import("@kym/zarr-store");
    try {
      tableFromRows([{ n: 1 }], { columns: [{ name: "n", type: "int32" }] });
    } catch (error) {
      console.log(isZarrStoreError(error, "not_supported"), error.message);
    }
  `;
  const args = ["--conditions=@kym/source", "--input-type=module", "--eval", script];
  const printed = await withArrow(version, args, join(REPOSITORY_ROOT, "packages/zarr-store"));
  expect(printed).toMatch(/^true this apache-arrow reads some timestamps wrongly: 16\.1 or newer is needed/);
});
