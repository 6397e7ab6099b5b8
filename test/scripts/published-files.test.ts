// Tests the list of published files, and that a package is not packed before they are built.

import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { publishedFiles } from "../../scripts/published-files.ts";

const CHECK = resolve(import.meta.dirname, "../../scripts/check-built.ts");
const MANIFEST = {
  name: "@kym/roi",
  exports: { ".": { "@kym/source": "./src/index.ts", default: "./dist/index.js" } },
  publishConfig: { exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } } },
};

test("a package publishes what the exports of its publishConfig, and its bin, lead to", () => {
  expect(publishedFiles(MANIFEST)).toEqual(["dist/index.d.ts", "dist/index.js"]);
  const bin = { kym: "./dist/main.js" };
  expect(publishedFiles({ name: "@kym/cli", bin })).toEqual(["dist/main.js"]);
  expect(publishedFiles({ ...MANIFEST, publishConfig: { access: "public" }, bin })).toEqual([
    "src/index.ts",
    "dist/index.js",
    "dist/main.js",
  ]);
});

test("a package that publishes nothing is refused", () => {
  expect(() => publishedFiles({ name: "@kym/roi", exports: { "./package.json": "./package.json" } })).toThrow(
    "package.json of @kym/roi has neither exports nor bin",
  );
});

test("a package is not packed before all that it publishes is built, and what is missing is named", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kym-unbuilt-"));
  try {
    await writeFile(join(folder, "package.json"), JSON.stringify(MANIFEST));
    const check = () => spawnSync(process.execPath, [CHECK], { cwd: folder, encoding: "utf8" });
    const unbuilt = check();
    expect(unbuilt.status).toBe(1);
    expect(unbuilt.stderr).toContain(
      "cannot be packed: its package.json names dist/index.d.ts, dist/index.js",
    );
    await mkdir(join(folder, "dist"));
    await writeFile(join(folder, "dist/index.js"), "export {};\n");
    await writeFile(join(folder, "dist/index.d.ts"), "");
    expect(check().stderr).toContain("names dist/index.d.ts, which is missing or empty");
    await writeFile(join(folder, "dist/index.d.ts"), "export {};\n");
    expect(check().status).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
