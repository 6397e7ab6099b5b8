import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { goldenFolder } from "../../../test/support/golden-dataset.ts";
import { kym, kymJson } from "./support/kym.ts";
import { treeHash } from "./support/tree-hash.ts";

/** A folder with a copy of the golden dataset of version 2, `study.zarr`. */
async function withVersion2(): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "kym-upgrade-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  await cp(goldenFolder("version-2"), join(cwd, "study.zarr"), { recursive: true });
  return cwd;
}

it.each([
  ["ls", "study.zarr"],
  ["show", "study.zarr", "line-scan"],
  ["query", "study.zarr", "SELECT * FROM conditions"],
  ["explain", "study.zarr", "line-scan"],
  ["log", "study.zarr"],
  ["diff", "study.zarr", "0"],
  ["check", "study.zarr"],
  ["roi", "list", "study.zarr", "line-scan"],
])("kym %s reads a dataset of version 2 as it is, and changes no byte of it", async (...args) => {
  const cwd = await withVersion2();
  const before = await treeHash(join(cwd, "study.zarr"));
  const { exitCode, stdout, stderr } = await kym(args, { cwd });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.not.stringContaining("version 3") });
  expect(stdout).not.toBe("");
  expect(await treeHash(join(cwd, "study.zarr"))).toBe(before);
});

it("the first command that writes to a dataset of version 2 says that it is one of version 3 now; the next says nothing", async () => {
  const cwd = await withVersion2();
  const add = (name: string) =>
    kym(["roi", "add", "study.zarr", "line-scan", "--px", "0:2", "--name", name], { cwd });
  const first = await add("one");
  expect(first.exitCode, first.stderr).toBe(0);
  expect(first.stderr).toContain(
    `kym: ${join(cwd, "study.zarr")} is now a dataset of format version 3: older builds cannot open it any more\n`,
  );
  const second = await add("two");
  expect(second.exitCode, second.stderr).toBe(0);
  expect(second.stderr).not.toContain("version 3");
  const { data } = await kymJson(["log", "study.zarr"], { cwd });
  const messages = JSON.stringify(data);
  expect(messages.split("upgrade to format version 3")).toHaveLength(2);
  expect((await kym(["check", "study.zarr"], { cwd })).exitCode).toBe(0);
});

it("kym undo refuses what a dataset of version 2 kept no old bytes of, and changes no byte of it", async () => {
  const cwd = await withVersion2();
  const before = await treeHash(join(cwd, "study.zarr"));
  const { data } = await kymJson(["log", "study.zarr"], { cwd });
  let refused = 0;
  for (const { version } of data) {
    const { exitCode, stderr } = await kym(["undo", "study.zarr", String(version), "--dry-run"], { cwd });
    if (exitCode === 5) {
      expect((await kym(["undo", "study.zarr", String(version)], { cwd })).exitCode, stderr).toBe(5);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(0);
  expect(await treeHash(join(cwd, "study.zarr"))).toBe(before);
});
