// Runs every example of the READMEs and pages with the oldest Node that `engines` names, and with the newest of its major.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { examplesOf } from "../../gates/source/readme-example.ts";
import { type ExampleNode, runExample } from "../../gates/source/run-example.ts";
import { REPOSITORY_ROOT, readSourceTree } from "../../gates/source/source-tree.ts";
import { buildPackages } from "../build-packages.ts";
import { installFromNpm } from "../install-from-npm.ts";

const execute = promisify(execFile);
const { engines } = JSON.parse(
  readFileSync(join(REPOSITORY_ROOT, "packages/zarr-store/package.json"), "utf8"),
);
const OLDEST = `${String(engines.node).replace(">=", "")}.0`;
const MAJOR = OLDEST.split(".")[0] ?? "";

/** The packages as they are published: built, for every Node that they name. */
beforeAll(buildPackages, 600_000);

describe.each([OLDEST, MAJOR])("Node %s", (version) => {
  let node: ExampleNode;

  beforeAll(async () => {
    const program = join(await installFromNpm("node", version), "bin/node");
    // The types of an example are left out as TypeScript would leave them out; newer ones do so by themselves.
    node = { program, flags: ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"] };
  }, 300_000);

  test("is the one that runs", async () => {
    const { stdout } = await execute(node.program, ["--version"]);
    expect(stdout).toMatch(new RegExp(`^v${version.replaceAll(".", "\\.")}\\b`));
  });

  test.each(examplesOf(readSourceTree()))(
    "runs the example at $path:$line, which prints what it says",
    (example) => {
      const { stdout, failure } = runExample(example, node);
      expect(failure).toBe("");
      expect(stdout).toBe(example.output ?? stdout);
    },
  );

  test("does not run `await using`, which older versions do not know", () => {
    const code = "await using nothing = { async [Symbol.asyncDispose]() {} };\n";
    const { failure } = runExample({ path: "README.md", line: 1, code, output: "" }, node);
    expect(failure).toContain("SyntaxError");
  });
});

test("the entry for Node says in an older Node which one it needs", async () => {
  const program = join(await installFromNpm("node", "20"), "bin/node");
  const script = `
    await import("@kym/zarr-store/node").catch(({ name, code, message }) => console.log(name, code, message));
  `;
  const { stdout } = await execute(program, ["--input-type=module", "--eval", script], {
    cwd: REPOSITORY_ROOT,
  });
  const needed = String(engines.node).replace(">=", "");
  expect(stdout).toMatch(
    new RegExp(
      `^ZarrStoreError not_supported @kym/zarr-store/node needs Node ${needed} or newer, and this is 20\\.`,
    ),
  );
}, 300_000);
