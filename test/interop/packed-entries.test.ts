// Checks each entry of each packed package with publint and Are The Types Wrong.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSourceTree } from "../gates/source/source-tree.ts";
import { workspacePackages } from "../gates/source/workspace-package.ts";

const execute = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../..");
const PUBLISHED = workspacePackages(readSourceTree()).filter(({ isPrivate }) => !isPrivate);
/** The packages are ESM only, for Node 22 and bundlers. They support neither `require` nor resolution without `exports`. */
const NOT_FOR_US: readonly string[] = ["node10", "node16-cjs"];

let work = "";

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "kym-entries-"));
  const others = PUBLISHED.flatMap(({ name }) => ["--filter", name]);
  await pnpm(ROOT, ["-r", ...others, "pack", "--pack-destination", join(work, "packed")]);
}, 600_000);

afterAll(() => rm(work, { recursive: true, force: true }));

/** The environment without the variables that the pnpm around this test sets for its scripts. */
async function pnpm(cwd: string, args: readonly string[]): Promise<void> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith("pnpm_config_")),
  );
  await execute("pnpm", args, { cwd, env, shell: process.platform === "win32", maxBuffer: 2 ** 26 });
}

interface PackedPackage {
  /** Undefined for a package without declarations. */
  readonly entries: readonly string[] | undefined;
  readonly problems: readonly string[];
}

async function inspect(folder: string, name: string): Promise<PackedPackage> {
  const file = (await readdir(folder)).find((each) => each.startsWith(`${name.replace(/^@(.*)\//, "$1-")}-`));
  const tarball = new Uint8Array(await readFile(join(folder, file ?? "")));
  const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer }, level: "suggestion" });
  const types = await checkPackage(createPackageFromTarballData(tarball));
  return {
    entries: types.types === false ? undefined : Object.keys(types.entrypoints),
    problems: [
      ...messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`),
      ...(types.types === false ? [] : types.problems)
        .filter(isForUs)
        .map((problem) => `types: ${sayOf(problem)}`),
    ],
  };
}

function isForUs(problem: Problem): boolean {
  const kind = "resolutionKind" in problem ? problem.resolutionKind : undefined;
  const option = "resolutionOption" in problem ? problem.resolutionOption : undefined;
  return !NOT_FOR_US.includes(kind ?? option ?? "");
}

function sayOf(problem: Problem): string {
  const entry = "entrypoint" in problem ? problem.entrypoint : "";
  const kind = "resolutionKind" in problem ? problem.resolutionKind : "";
  return [problem.kind, entry, kind].filter((text) => text !== "").join(" ");
}

test.each(PUBLISHED)("publint and attw find no fault in any entry of $name", async ({ name, entries }) => {
  const { entries: inspected, problems } = await inspect(join(work, "packed"), name);
  expect(problems).toEqual([]);
  // The command does not have an entry, so it has no declarations.
  const expected = entries.size === 0 ? undefined : [...entries.keys(), "./package.json"];
  expect(inspected?.toSorted()).toEqual(expected?.toSorted());
});

test("an entry whose declarations are not packed, one without its file, and CommonJS in it are found", async () => {
  const folder = join(work, "faulty");
  await mkdir(join(folder, "dist"), { recursive: true });
  const exports = {
    ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
    "./untyped": { types: "./dist/gone.d.ts", default: "./dist/untyped.js" },
    "./gone": { types: "./dist/index.d.ts", default: "./dist/gone.js" },
  };
  const manifest = {
    name: "faulty",
    version: "1.0.0",
    license: "MIT",
    type: "module",
    files: ["dist"],
    exports,
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(join(folder, "dist/index.d.ts"), "export declare const a: number;\n");
  await writeFile(join(folder, "dist/index.js"), "export const a = 1;\n");
  await writeFile(join(folder, "dist/untyped.js"), "module.exports = { a: 1 };\n");
  await execute("npm", ["pack", "--silent"], { cwd: folder });
  const { problems } = await inspect(folder, "faulty");
  expect(problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^publint: .*gone\.d\.ts.*does not exist/),
      expect.stringMatching(/^publint: .*gone\.js.*does not exist/),
      expect.stringMatching(/^publint: .*untyped\.js.*CJS/),
      "types: UntypedResolution ./untyped node16-esm",
    ]),
  );
});
