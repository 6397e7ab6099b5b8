import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { summarizeMetadata } from "@kym/kym-schema";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { blindName } from "../../support/blind-name.ts";
import { kym, kymJson, type Run } from "../../support/kym.ts";
import { makeSmallStudy } from "../../support/small-study.ts";
import { treeHash } from "../../support/tree-hash.ts";

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-edit-"));
  await makeSmallStudy(join(cwd, "study.zarr"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const edit = (...words: readonly string[]): Promise<Run> => kym(["edit", "study.zarr", ...words], { cwd });

async function fields(...names: readonly string[]): Promise<readonly object[]> {
  return (await kymJson(["ls", "study.zarr", "--columns", names.join()], { cwd })).data;
}

async function messages(): Promise<readonly string[]> {
  const { data } = await kymJson(["log", "study.zarr"], { cwd });
  return data.map(({ message }: { readonly message: string }) => message);
}

it("sets fields of one image without a question, says what changed and what went stale, and the next line", async () => {
  const run = await kym(["edit", "study.zarr", "a", "--condition", "control", "--note", ""], {
    ...{ cwd, columns: 80 },
  });
  expect(run).toEqual({
    exitCode: 0,
    stdout: [
      "\u001b[1mfile  field      old    new\u001b[22m",
      "a     condition  AngII  control",
      "a     note       clear  —",
      "set condition and note of a",
      "",
    ].join("\n"),
    stderr: "",
  });
  const { data } = await kymJson(["edit", "study.zarr", "b", "--accept"], { cwd });
  expect(data).toMatchObject({
    dryRun: false,
    edited: [{ image_id: "scan-b", name: "b", changes: [{ field: "accepted", old: false, new: true }] }],
    unchanged: [],
    left_out: [],
  });
  expect(await fields("file_name", "condition", "note", "accepted")).toEqual([
    { file_name: "a", condition: "control", note: null, accepted: true },
    { file_name: "b", condition: "AngII", note: "moved", accepted: true },
    { file_name: "c", condition: "control", note: null, accepted: true },
    { file_name: "d", condition: null, note: null, accepted: true },
  ]);
  expect((await messages()).slice(-2)).toEqual(["set condition and note of scan-a", "accept scan-b"]);
});

it("changes many images in one commit, of which the log and the record say what it was", async () => {
  const run = await edit("--where", "condition = 'AngII'", "--region", "cortex", "--depth", "80", "--yes");
  expect(run).toEqual({
    exitCode: 0,
    stdout: [
      "file  field   old  new",
      "b     region  —    cortex",
      "b     depth   —    80",
      "set region and depth of b",
      "",
    ].join("\n"),
    stderr: "note: 1 image left out, for which --where is NULL: something that it asks for is not known\n",
  });
  const before = (await messages()).length;
  await edit("a", "b", "d", "b", "--treatment", "salt", "-y");
  const after = await messages();
  expect(after.slice(before)).toEqual(["set treatment of 3 images"]);
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { mode: "r" });
  const last = (await Array.fromAsync(dataset.log())).at(-1);
  expect(last?.details).toMatchObject({ action: "edit", fields: ["treatment"] });
});

it("writes nothing in a dry run, and lists field, old and new", async () => {
  const tree = await treeHash(cwd);
  const { exitCode, stdout } = await edit("a", "d", "--condition", "salt", "--reject", "-n");
  expect([exitCode, stdout]).toEqual([
    0,
    [
      "file  field      old    new",
      "a     condition  AngII  salt",
      "a     accepted   yes    no",
      "d     condition  —      salt",
      "d     accepted   yes    no",
      "would set condition and accepted of 2 images",
      "",
    ].join("\n"),
  ]);
  expect(await treeHash(cwd)).toBe(tree);
});

it("asks before more than one image, and changes nothing after no", async () => {
  const tree = await treeHash(cwd);
  const args = ["edit", "study.zarr", "--where", "true", "--reject"];
  const terminal = { cwd, columns: 80, stdinIsTty: true };
  const no = await kym(args, { ...terminal, stdin: "n\n" });
  expect(no.stderr).toMatch(/a +accepted +yes +no\n.*\nReject 3 images\? \[y\/N\] $/s);
  expect([no.exitCode, no.stdout, await treeHash(cwd)]).toEqual([0, "nothing was changed\n", tree]);
  const yes = await kym(args, { ...terminal, stdin: "yes\n" });
  expect(yes.stdout).toContain("\nrejected 3 images\n");
  expect(await fields("accepted")).toEqual(Array(4).fill({ accepted: false }));
});

it("ends with 5 and writes nothing where a question would be asked and nobody can be", async () => {
  const tree = await treeHash(cwd);
  const args = ["edit", "study.zarr", "a", "c", "--note", "x"];
  for (const options of [{}, { columns: 80 }]) {
    const { exitCode, stderr } = await kym(args, { cwd, stdin: "y\n", ...options });
    expect(exitCode).toBe(5);
    expect(stderr).toContain("nobody could be asked: Set note of 2 images?");
  }
  const json = await kym([...args, "--json"], { cwd, columns: 80, stdinIsTty: true, stdin: "y\n" });
  expect([json.exitCode, JSON.parse(json.stdout).error]).toEqual([5, "cannot_ask"]);
  expect(await treeHash(cwd)).toBe(tree);
});

it.each([
  [6, ["a", "nobody", "--note", "x", "--yes"], 'there is no image "nobody"'],
  [2, ["scan", "--note", "x"], "could be any of"],
  [2, ["a"], "no field to set"],
  [2, ["--note", "x"], "no images to edit"],
  [2, ["a", "--where", "true", "--note", "x"], "more than one way to choose images"],
  [2, ["a", "--accept", "--reject"], "contradict"],
  [2, ["a", "--depth", "deep"], '--depth must be a number, not "deep"'],
  [2, ["a", "--um-per-px", "0"], '--um-per-px must be a number above 0, not "0"'],
  [2, ["a", "--ms-per-line", "1,2"], "--ms-per-line must be a number above 0"],
  [2, ["--where", "condition", "--note", "x"], "not true or false"],
])("ends with %i and writes nothing after %j", async (code, words, said) => {
  const tree = await treeHash(cwd);
  const { exitCode, stderr } = await edit(...words);
  expect([exitCode, stderr]).toEqual([code, expect.stringContaining(said)]);
  expect(await treeHash(cwd)).toBe(tree);
});

it("writes nothing where all is stored already, or nothing matches", async () => {
  const tree = await treeHash(cwd);
  expect((await edit("a", "--condition", "AngII")).stdout).toBe(
    "nothing to change: that is what is stored already\n",
  );
  expect((await edit("--where", "condition = 'none'", "--note", "x")).stdout).toBe("no image matches\n");
  expect(await treeHash(cwd)).toBe(tree);
});

it("names an image whose metadata cannot be edited, and writes nothing", async () => {
  {
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
    await dataset.record("scan-c").saveJson("metadata", { experiment_metadata: [] });
  }
  const tree = await treeHash(cwd);
  const { exitCode, stderr } = await edit("a", "c", "--note", "x", "--yes");
  expect([exitCode, stderr]).toEqual([
    6,
    expect.stringContaining(
      "kym: c: $.experiment_metadata: expected an object, found array; nothing was written",
    ),
  ]);
  expect(await treeHash(cwd)).toBe(tree);
});

it("takes no field from the environment", async () => {
  const { exitCode } = await kym(["edit", "study.zarr", "a"], {
    cwd,
    env: { KYM_NOTE: "x", KYM_REJECT: "1" },
  });
  expect(exitCode).toBe(2);
});

it("hides names and old values from a blind scorer", async () => {
  const name = blindName("scan-a");
  const { stdout } = await edit(name, "--condition", "x", "--reject", "--blind");
  expect(stdout).toBe(
    [
      "file     field      old       new",
      `${name}  condition  (hidden)  x`,
      `${name}  accepted   yes       no`,
      `set condition and accepted of ${name}`,
      "",
    ].join("\n"),
  );
  expect((await edit("a", "--note", "x", "--blind")).exitCode).toBe(6);
});

it("leaves out and names an image that was deleted or no longer matches when it commits", async () => {
  const path = join(cwd, "study.zarr");
  // Another program writes while the question is on the screen.
  async function* afterOthers(): AsyncGenerator<Uint8Array> {
    await using dataset = await openLocalDataset(path, { summarize: summarizeMetadata });
    await dataset.deleteImage("scan-b");
    const metadata = { version: "2.0", experiment_metadata: { condition: "none", note: "by another" } };
    await dataset.record("scan-c").saveJson("metadata", metadata);
    await dataset.record("scan-a").saveJson("qc", { passed: true });
    yield new TextEncoder().encode("y\n");
  }
  const run = await kym(
    ["edit", "study.zarr", "--where", "condition in ('AngII', 'control')", "--note", "mine"],
    {
      ...{ cwd, columns: 80, stdinIsTty: true },
      stdin: afterOthers(),
    },
  );
  expect(run.exitCode).toBe(3);
  expect(run.stderr).toContain("note: left out b: it was deleted meanwhile\n");
  expect(run.stderr).toContain("note: left out c: it no longer matches\n");
  expect(run.stdout).toContain("set note of a\n");
  expect(await fields("file_name", "note")).toEqual([
    { file_name: "a", note: "mine" },
    { file_name: "c", note: "by another" },
    { file_name: "d", note: null },
  ]);
});

it("keeps what another program changed in the same image meanwhile", async () => {
  const path = join(cwd, "study.zarr");
  async function* afterOthers(): AsyncGenerator<Uint8Array> {
    await using dataset = await openLocalDataset(path, { summarize: summarizeMetadata });
    const { text } = await dataset.record("scan-a").loadJsonText("metadata");
    await dataset.record("scan-a").saveJson("metadata", JSON.parse(text.replace("cortex", "stem")));
    yield new TextEncoder().encode("y\n");
  }
  await kym(["edit", "study.zarr", "a", "b", "--note", "mine"], {
    ...{ cwd, columns: 80, stdinIsTty: true },
    stdin: afterOthers(),
  });
  expect((await fields("region", "note"))[0]).toEqual({ region: "stem", note: "mine" });
});
