// What two copies did to whole images, tables, arrays and attributes: listed after a pull, and settled for either side without the other copy.
import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARTIFACTS, loadMetadataText, parseMetadata, summarizeMetadata } from "@kym/kym-schema";
import { IMAGE_CONFLICTS_COLUMNS } from "@kym/kym-schema/tables";
import { createNdArray, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";
import { makeSmallStudy } from "../../support/small-study.ts";

let made = "";
let cwd = "";
beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), "kym-pulled-made-"));
  await makeSmallStudy(join(made, "study.zarr"));
  await cp(join(made, "study.zarr"), join(made, "bela.zarr"), { recursive: true });
});
afterAll(() => rm(made, { recursive: true }));
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-pulled-"));
  await cp(made, cwd, { recursive: true });
});
afterEach(() => rm(cwd, { recursive: true }));

async function use<T>(name: string, fn: (dataset: ZarrDataset) => Promise<T>): Promise<T> {
  await using dataset = await openLocalDataset(join(cwd, name), { summarize: summarizeMetadata });
  return fn(dataset);
}

async function run(exitCode: number, ...words: readonly string[]): Promise<string> {
  const done = await kym(words, { cwd });
  expect(done.exitCode, done.stdout + done.stderr).toBe(exitCode);
  return done.stdout;
}

/** Pulls from Bela, whose copy is then out of reach. */
async function pullOnce(): Promise<void> {
  await run(3, "pull", "study.zarr", "bela.zarr");
  await rename(join(cwd, "bela.zarr"), join(cwd, "away.zarr"));
}

const conditionOf = (name: string): Promise<string | undefined> =>
  use(name, async (dataset) => {
    const isThere = (await dataset.listImageIds()).includes("scan-a");
    const text = isThere ? await loadMetadataText(dataset.record("scan-a")) : undefined;
    return text === undefined ? undefined : parseMetadata(text).experiment.condition;
  });

describe.each([
  { deleted: "here", deletedBy: "mine", sides: { "--mine": undefined, "--theirs": "salt" } },
  { deleted: "there", deletedBy: "theirs", sides: { "--mine": "salt", "--theirs": undefined } },
])("an image that was deleted $deleted and changed in the other copy", ({ deleted, deletedBy, sides }) => {
  const ours = deleted === "here" ? undefined : "salt";
  beforeEach(async () => {
    const [deleting, editing] =
      deleted === "here" ? ["study.zarr", "bela.zarr"] : ["bela.zarr", "study.zarr"];
    await run(0, "delete", deleting, "a", "--yes");
    await run(0, "edit", editing, "a", "--condition", "salt");
  });

  it.each(Object.entries(sides))(
    "stays as it is here and is listed until it is settled, is as that side has it after %s, and the other copy follows",
    async (side, condition) => {
      await pullOnce();
      expect(await conditionOf("study.zarr")).toBe(ours);
      const conflicts = [{ field: "whole image", artifact: "", deleted_by: deletedBy }];
      const data = [{ image_id: "scan-a", conflicts }];
      expect((await kymJson(["resolve", "study.zarr"], { cwd })).data).toMatchObject(data);
      await run(0, "resolve", "study.zarr", "a", side, "--dry-run");
      expect(await run(0, "resolve", "study.zarr")).toMatch(/a +whole image .*deleted/);
      const words = ["resolve", "study.zarr", "a", side];
      if (condition === undefined) {
        const refused = await kym(words, { cwd });
        const hint = `this does it: kym ${words.join(" ")} --yes`;
        expect([refused.exitCode, refused.stderr]).toEqual([5, expect.stringContaining(hint)]);
        const tty = { cwd, columns: 80, stdinIsTty: true };
        expect((await kym(words, { ...tty, stdin: "n\n" })).stdout).toBe("nothing was deleted\n");
        expect(await conditionOf("study.zarr")).toBe(ours);
        expect((await kymJson(["resolve", "study.zarr"], { cwd })).data).toMatchObject(data);
      }
      const said = await run(0, ...words, "--yes");
      expect(said).toContain(`a: took ${side.slice(2)} of whole image`);
      expect(await conditionOf("study.zarr")).toBe(condition);
      expect((await kymJson(["resolve", "study.zarr"], { cwd })).data).toEqual([]);
      expect((await kymJson(["check", "study.zarr"], { cwd })).data.problems).toEqual([]);
      expect(await use("study.zarr", (dataset) => dataset.exact.below("attachments"))).toEqual(new Map());
      await run(0, "pull", "away.zarr", "study.zarr");
      expect(await conditionOf("away.zarr")).toBe(condition);
      expect((await kymJson(["pull", "study.zarr", "away.zarr"], { cwd })).data.images).toEqual([]);
    },
  );

  it("can be settled in the other copy, which pulled the open conflict", async () => {
    await run(3, "pull", "study.zarr", "bela.zarr");
    await run(3, "pull", "bela.zarr", "study.zarr");
    await run(0, "resolve", "bela.zarr", "a", "--field", "whole image=theirs", "-y");
    await run(0, "pull", "study.zarr", "bela.zarr");
    expect((await kymJson(["resolve", "study.zarr"], { cwd })).data).toEqual([]);
    expect(await conditionOf("study.zarr")).toBe(sides["--theirs"]);
  });
});

it("an image that was deleted here comes as one of two other copies has it, or stays deleted", async () => {
  await run(0, "delete", "study.zarr", "a", "--yes");
  await cp(join(cwd, "bela.zarr"), join(cwd, "cora.zarr"), { recursive: true });
  await run(0, "edit", "bela.zarr", "a", "--condition", "salt");
  await run(0, "edit", "cora.zarr", "a", "--condition", "sugar");
  await run(3, "pull", "study.zarr", "bela.zarr");
  await run(3, "pull", "study.zarr", "cora.zarr");
  const [{ conflicts }] = (await kymJson(["resolve", "study.zarr"], { cwd })).data;
  expect(conflicts).toHaveLength(2);
  const refused = await kym(["resolve", "study.zarr", "a", "--theirs"], { cwd });
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining("several copies")]);
  await cp(join(cwd, "study.zarr"), join(cwd, "given-up.zarr"), { recursive: true });
  const [cora] = conflicts.flatMap(({ field }: { readonly field: string }) =>
    field.endsWith("cora.zarr") ? [field] : [],
  );
  await run(0, "resolve", "study.zarr", "a", "--field", `${cora}=theirs`);
  expect(await conditionOf("study.zarr")).toBe("sugar");
  await run(0, "resolve", "given-up.zarr", "scan-a", "--mine", "--yes");
  expect(await conditionOf("given-up.zarr")).toBe(undefined);
  for (const name of ["study.zarr", "given-up.zarr"]) {
    expect(await run(0, "resolve", name)).toBe("no conflict is open\n");
    expect(await use(name, (dataset) => dataset.exact.below("attachments"))).toEqual(new Map());
  }
});

it("ls, export and gc pass over a kept image, and check reads every byte of it", async () => {
  await run(0, "delete", "study.zarr", "a", "--yes");
  await run(0, "edit", "bela.zarr", "a", "--condition", "salt");
  const wanted = await use("bela.zarr", (dataset) => dataset.record("scan-a").objectHashes());
  await pullOnce();
  const listed = await kymJson(["ls", "study.zarr"], { cwd });
  expect(JSON.stringify(listed.data)).not.toContain("scan-a");
  await run(0, "export", "study.zarr", "out");
  expect(await readFile(join(cwd, "out", "export.json"), "utf8")).not.toContain("scan-a");
  await run(0, "gc", "study.zarr", "--force", "--history", "0d");
  const kept = await use("study.zarr", (dataset) => dataset.exact.below("attachments"));
  expect(kept.size).toBe(wanted.size);
  const chunk = [...kept.keys()].find((path) => path.includes("/data/c/")) ?? "";
  const bytes = await readFile(join(cwd, "study.zarr", chunk));
  await writeFile(
    join(cwd, "study.zarr", chunk),
    bytes.map((byte) => byte ^ 1),
  );
  const { data } = await kymJson(["check", "study.zarr"], { cwd });
  expect(data.problems).toMatchObject([{ kind: "damaged", path: chunk }]);
  expect((await kym(["resolve", "study.zarr", "a", "--theirs"], { cwd })).exitCode).not.toBe(0);
  expect(await conditionOf("study.zarr")).toBe(undefined);
  await writeFile(join(cwd, "study.zarr", chunk), bytes);
  await run(0, "resolve", "study.zarr", "a", "--theirs");
  expect(await use("study.zarr", (dataset) => dataset.record("scan-a").objectHashes())).toEqual(wanted);
});

describe("a pooled table that both copies changed", () => {
  const schema = { columns: [{ name: "n", type: "int64" as const }] };
  const save = (name: string, n: bigint): Promise<void> =>
    use(name, (dataset) => dataset.saveTable("days", [{ n }], { schema }));
  const daysOf = (name: string): Promise<unknown> =>
    use(name, async (dataset) => [...rowsOf(await dataset.loadTable("days"))].map((row) => row["n"]));
  beforeEach(async () => {
    await save("study.zarr", 1n);
    await save("bela.zarr", 2n);
  });

  it.each([
    ["--mine", [1n]],
    ["--theirs", [2n]],
  ])("is listed, and settled by --table days %s", async (side, expected) => {
    await pullOnce();
    const list = await run(0, "resolve", "study.zarr");
    expect(list.replaceAll(/\s+/g, " ")).toMatch(
      /^table days: both copies changed it; from .*bela\.zarr, what came is the table pulled_[0-9a-f]{12}_days $/,
    );
    expect((await kymJson(["resolve", "study.zarr"], { cwd })).data).toMatchObject([{ table: "days" }]);
    await run(0, "resolve", "study.zarr", "--table", "days", side, "--dry-run");
    expect(await daysOf("study.zarr")).toEqual([1n]);
    await run(0, "resolve", "study.zarr", "--table", "days", side);
    expect(await daysOf("study.zarr")).toEqual(expected);
    expect(await run(0, "resolve", "study.zarr")).toBe("no conflict is open\n");
    expect(await use("study.zarr", (dataset) => dataset.listTableNames())).not.toContain("table_conflicts");
    expect((await kymJson(["check", "study.zarr"], { cwd })).data.problems).toEqual([]);
    await run(0, "pull", "away.zarr", "study.zarr");
    expect(await daysOf("away.zarr")).toEqual(expected);
  });

  it("that was deleted there is deleted by --theirs", async () => {
    await run(3, "pull", "study.zarr", "bela.zarr");
    await run(0, "resolve", "study.zarr", "--table", "days", "--mine");
    await run(0, "pull", "bela.zarr", "study.zarr");
    await save("study.zarr", 3n);
    await use("bela.zarr", (dataset) => dataset.deleteTable("days"));
    await pullOnce();
    expect(await run(0, "resolve", "study.zarr")).toContain("it was deleted there");
    await run(0, "resolve", "study.zarr", "--table", "days", "--theirs");
    expect(await use("study.zarr", (dataset) => dataset.listTableNames())).not.toContain("days");
  });

  it("is refused with another name, without a side, and beside an image", async () => {
    await pullOnce();
    const fails = async (exitCode: number, said: string, ...words: readonly string[]): Promise<void> => {
      const { exitCode: code, stderr } = await kym(["resolve", "study.zarr", ...words], { cwd });
      expect([code, stderr]).toEqual([exitCode, expect.stringContaining(said)]);
    };
    await fails(6, "the table day is not in conflict", "--table", "day", "--mine");
    await fails(2, "give --mine or --theirs", "--table", "days");
    await fails(2, "leave the image out", "a", "--table", "days", "--mine");
  });
});

describe("an image that a pull left out", () => {
  beforeEach(async () => {
    const [made] = await use("study.zarr", (dataset) => dataset.loadSourcesIndex());
    for (const [name, id] of [
      ["study.zarr", "by-anna"],
      ["bela.zarr", "by-bela"],
    ] as const) {
      await use(name, async (dataset) => {
        await dataset.addImage(createNdArray("uint8", [2, 2], new Uint8Array(4)), { id });
        const path = { source_primary_path: "/lab/new.tif", source_rel_path: "new.tif" };
        const row = { ...path, source_sha256: "ab".repeat(32), image_id: id };
        const sizes = { source_mtime_ns: 1n, source_size_bytes: 1n, ingested_epoch_ns: 1n };
        await dataset.appendSources([{ ...made, ...sizes, ...row }]);
      });
    }
  });

  it("is listed with the one in its place until --mine settles it", async () => {
    await pullOnce();
    const list = (await run(0, "resolve", "study.zarr")).replaceAll(/\s+/g, " ");
    expect(list).toContain("two copies ingested this file, and by-bela was left out; from ");
    const data = [{ left_out: "by-bela", image_id: "by-anna", because: "same_file" }];
    expect((await kymJson(["resolve", "study.zarr", "by-anna"], { cwd })).data).toMatchObject(data);
    await run(0, "resolve", "study.zarr", "by-anna", "--mine", "--dry-run");
    expect((await kymJson(["resolve", "study.zarr"], { cwd })).data).toMatchObject(data);
    expect(await run(0, "resolve", "study.zarr", "by-anna", "--mine")).toContain("stays");
    expect(await run(0, "resolve", "study.zarr")).toBe("no conflict is open\n");
    expect((await kymJson(["check", "study.zarr"], { cwd })).data.problems).toEqual([]);
  });

  it("takes the place of the one here by --theirs, which asks, and needs no other copy", async () => {
    const wanted = await use("bela.zarr", (dataset) => dataset.record("by-bela").objectHashes());
    await pullOnce();
    const words = ["resolve", "study.zarr", "by-anna", "--theirs"];
    await run(0, ...words, "--dry-run");
    const { exitCode, stderr } = await kym(words, { cwd });
    expect([exitCode, stderr.replaceAll(/\s+/g, " ")]).toEqual([
      5,
      expect.stringContaining("--theirs --yes"),
    ]);
    await run(0, ...words, "--yes");
    await use("study.zarr", async (dataset) => {
      const ids = await dataset.listImageIds();
      expect([ids.includes("by-bela"), ids.includes("by-anna")]).toEqual([true, false]);
      expect(await dataset.record("by-bela").objectHashes()).toEqual(wanted);
      expect((await dataset.loadSourcesIndex()).at(-1)?.image_id).toBe("by-bela");
      expect(await dataset.exact.below("attachments")).toEqual(new Map());
    });
    expect(await run(0, "resolve", "study.zarr")).toBe("no conflict is open\n");
    expect((await kymJson(["check", "study.zarr"], { cwd })).data.problems).toEqual([]);
    expect((await kymJson(["pull", "study.zarr", "away.zarr"], { cwd })).data.images).toEqual([]);
    await run(0, "pull", "away.zarr", "study.zarr");
    expect(await use("away.zarr", (dataset) => dataset.listImageIds())).not.toContain("by-anna");
  });

  it("that an earlier build left out was not kept: the next pull keeps it", async () => {
    await run(3, "pull", "study.zarr", "bela.zarr");
    await use("study.zarr", (dataset) =>
      dataset.transaction(async (transaction) => {
        const [row] = [...rowsOf(await dataset.loadTable("image_conflicts"))];
        const { kept_as: _, kept_sources: __, ...earlier } = row ?? {};
        const columns = IMAGE_CONFLICTS_COLUMNS.filter(({ name }) => name in earlier);
        await transaction.saveTable("image_conflicts", [earlier], { schema: { columns } });
        const kept = [...(await dataset.exact.below("attachments")).keys()];
        await transaction.exact.copy(dataset.exact, new Map(kept.map((path) => [path, null])));
      }),
    );
    const { exitCode, stderr } = await kym(["resolve", "study.zarr", "by-anna", "--theirs", "-y"], { cwd });
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining("a pull keeps it: kym pull study.zarr")]);
    await run(3, "pull", "study.zarr", "bela.zarr");
    await run(0, "resolve", "study.zarr", "by-anna", "--theirs", "-y");
    expect(await use("study.zarr", (dataset) => dataset.listImageIds())).toContain("by-bela");
  });

  it("comes also if the one here is deleted, and pulled again", async () => {
    await run(3, "pull", "study.zarr", "bela.zarr");
    await run(0, "delete", "study.zarr", "by-anna", "--yes");
    await run(0, "pull", "study.zarr", "bela.zarr");
    expect(await use("study.zarr", (dataset) => dataset.listImageIds())).toContain("by-bela");
    expect(await run(0, "resolve", "study.zarr")).toBe("no conflict is open\n");
  });
});

it("--theirs takes an array, the attributes and a deleted array as the other copy had them", async () => {
  const masks = (name: string, value: number): Promise<void> =>
    use(name, async (dataset) => {
      const record = dataset.record("scan-a");
      const array = createNdArray("uint16", [2, 3], new Uint16Array(6).fill(value));
      await record.saveArrayArtifact("masks/1", array, { axes: ["y", "x"], attributes: { by: name } });
      await record.saveArrayArtifact("masks/2", createNdArray("uint8", [1], new Uint8Array([value])));
      await record.updateAttributes({ shown_as: name, [`only_${value}`]: true });
    });
  await masks("study.zarr", 1);
  await run(0, "pull", "bela.zarr", "study.zarr");
  await masks("study.zarr", 3);
  await masks("bela.zarr", 2);
  await use("study.zarr", (dataset) => dataset.record("scan-a").arrays.delete("masks/1"));
  await use("bela.zarr", (dataset) => dataset.record("scan-a").arrays.delete("masks/2"));
  const wanted = await use("bela.zarr", async (dataset) => await dataset.record("scan-a").objectHashes());
  await pullOnce();
  expect((await kymJson(["resolve", "study.zarr"], { cwd })).data[0].conflicts).toMatchObject([
    { artifact: "analysis_arrays/masks/1" },
    { artifact: "analysis_arrays/masks/2" },
    { artifact: "zarr.json" },
  ]);
  await run(0, "resolve", "study.zarr", "a", "--theirs");
  await use("study.zarr", async (dataset) => {
    const record = dataset.record("scan-a");
    expect(await record.listArrayArtifacts()).toEqual(["masks/1"]);
    expect((await record.loadArrayArtifact("masks/1")).data).toEqual(new Uint16Array(6).fill(2));
    expect(await record.attributes()).toMatchObject({ shown_as: "bela.zarr", only_1: true, only_2: true });
    expect(await record.attributes()).not.toHaveProperty("only_3");
    expect(await record.listAttachments()).toEqual([]);
    const hashes = await record.objectHashes();
    for (const [key, sha256] of wanted) {
      expect([key, key === "zarr.json" ? sha256 : hashes.get(key)]).toEqual([key, sha256]);
    }
    expect((await record.json.list()).includes(ARTIFACTS.openConflicts)).toBe(false);
  });
  expect((await kymJson(["check", "study.zarr"], { cwd })).data.problems).toEqual([]);
  await run(0, "pull", "away.zarr", "study.zarr");
  expect((await kymJson(["resolve", "away.zarr"], { cwd })).data).toEqual([]);
});
