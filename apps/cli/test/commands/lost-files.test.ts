import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { createNdArray } from "@kym/zarr-store";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { kym, kymJson } from "../support/kym.ts";
import { treeHash } from "../support/tree-hash.ts";

const RADON = "tables/kym_radon.parquet";
const LEDGER = "tables/kym_radon_runs.parquet";
const SOURCES = "tables/sources.parquet";

let made = "";
let cwd = "";
beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), "kym-lost-"));
  await makeLab(join(made, "lab"));
  await kym(["ingest", "lab", "study.zarr"], { cwd: made });
  await kym(["index", "study.zarr"], { cwd: made });
});
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-lost-"));
  await cp(made, cwd, { recursive: true });
});
afterEach(() => rm(cwd, { recursive: true }));
afterAll(() => rm(made, { recursive: true }));

/** Two scans with metadata and velocities. */
async function makeLab(lab: string): Promise<void> {
  await mkdir(join(lab, "flow-analysis"), { recursive: true });
  for (const [at, name] of ["one", "two"].entries()) {
    const data = Uint16Array.from({ length: 40 * 8 }, (_, index) => index * (at + 1));
    await writeFile(join(lab, `${name}.tif`), writeImageJTiff(createNdArray("uint16", [40, 8], data)));
    const roi = { id: 1, channel: 1, z: 0, name: "", note: "", revision: 0 };
    const place = { dim0_start: 0, dim0_stop: 40, dim1_start: 0, dim1_stop: 8 };
    const header = { shape: [40, 8], ndim: 2, voxels: [0.001, 0.45], voxels_units: ["s", "um"] };
    const experiment = { species: "", condition: "c", depth: null, note: "" };
    await writeFile(
      join(lab, `${name}.json`),
      JSON.stringify({
        version: "1.0",
        header,
        experiment_metadata: experiment,
        rois: [{ ...roi, ...place }],
      }),
    );
    await writeFile(
      join(lab, "flow-analysis", `${name}_radon.csv`),
      `roi_id,channel,time,velocity\n${[0, 1, 2].map((row) => `1,1,${0.008 + row * 0.004},${row + at}\n`).join("")}`,
    );
  }
}

const at = (...path: readonly string[]): string => join(cwd, "study.zarr", ...path);

async function damage(path: string): Promise<void> {
  const bytes = await readFile(at(path));
  bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
  await writeFile(at(path), bytes);
}

/** The files that stood in the way, by their names below the folder that keeps them. */
async function kept(): Promise<readonly string[]> {
  const found = await readdir(at("__staging"), { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** Makes the dataset of the lab in this folder, whose paths it knows. */
async function takeInHere(): Promise<void> {
  await rm(at(), { recursive: true });
  await kym(["ingest", "lab", "study.zarr"], { cwd });
}

async function problems(): Promise<unknown> {
  return (await kymJson(["check", "study.zarr"], { cwd })).data.problems;
}

describe("tables and the ledger, lost or damaged", () => {
  it.each([
    ["a table that is missing", () => unlink(at(RADON)), []],
    ["a table with a flipped bit", () => damage(RADON), ["kym_radon.parquet"]],
    ["a ledger that is missing", () => unlink(at(LEDGER)), []],
    ["a ledger that another program wrote", () => writeFile(at(LEDGER), "mine"), ["kym_radon_runs.parquet"]],
  ])("index --rebuild makes %s again, and keeps what stood there", async (_what, lose, keeps) => {
    const before = await readFile(at(RADON));
    await lose();
    const asked = await kym(["index", "study.zarr"], { cwd });
    expect([asked.exitCode, asked.stderr]).toEqual([4, expect.stringContaining("--rebuild")]);
    const { exitCode, stdout } = await kym(["index", "study.zarr", "--rebuild"], { cwd });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("made again")]);
    expect(await readFile(at(RADON))).toEqual(before);
    expect([await problems(), await kept()]).toEqual([[], keeps]);
    const again = await kymJson(["index", "study.zarr"], { cwd });
    expect(again.data.indexers[1]).toMatchObject({ name: "radon", updated: 0, skipped: 2 });
  });

  it("lists, export and show go on without a table and say so", async () => {
    await unlink(at(RADON));
    const listed = await kym(["ls", "study.zarr", "--columns", "rel_path,staleness_kym_radon"], { cwd });
    expect([listed.exitCode, listed.stdout]).toEqual([0, expect.stringContaining("stale")]);
    expect(listed.stderr).toContain(`${RADON} is lost or changed`);
    expect((await kym(["show", "study.zarr", "one"], { cwd })).exitCode).toBe(0);
    for (const format of ["legacy", "kymflow"]) {
      const { exitCode, stderr } = await kym(["export", "study.zarr", format, "--to", format], { cwd });
      expect([exitCode, stderr]).toEqual([3, expect.stringContaining(`${RADON} is missing`)]);
      expect(stderr).toContain("kym index study.zarr --rebuild makes a lost table again");
    }
  });

  it("everything goes on without the ledger of files, and an ingest writes it again", async () => {
    await takeInHere();
    await unlink(at(SOURCES));
    for (const words of [
      ["ls", "study.zarr"],
      ["roi", "list", "study.zarr", "one"],
      ["export", "study.zarr", "out"],
    ]) {
      const { exitCode, stderr } = await kym(words, { cwd });
      expect([words, exitCode, stderr]).toEqual([words, 0, expect.stringContaining(`${SOURCES} is lost`)]);
    }
    expect(await readFile(join(cwd, "out/tables/sources.csv"), "utf8")).toContain("two.tif");
    await cp(join(cwd, "lab/one.tif"), join(cwd, "lab/three.tif"));
    const { data } = await kymJson(["ingest", "lab", "study.zarr"], { cwd });
    expect([data.ingested.length, data.unchanged.length]).toEqual([1, 2]);
    expect(await problems()).toEqual([]);
  });

  it("check --repair makes the ledger of files again; deleted images do not come back", async () => {
    await takeInHere();
    await kym(["delete", "study.zarr", "two", "--yes"], { cwd });
    await writeFile(at(SOURCES), "PAR1");
    const before = await treeHash(join(cwd, "lab"));
    const { exitCode, stdout } = await kym(["check", "study.zarr", "--repair"], { cwd });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`made again: ${SOURCES}`)]);
    expect(await kept()).toEqual(["sources.parquet"]);
    const { data } = await kymJson(["ingest", "lab", "study.zarr"], { cwd });
    expect(data).toMatchObject({ ingested: [], skipped: [{ path: "two.tif" }] });
    expect(await treeHash(join(cwd, "lab"))).toBe(before);
  });

  it("a ledger that somebody edited is adopted, not made again", async () => {
    await kym(["ingest", "lab", "other.zarr"], { cwd });
    await cp(join(cwd, "other.zarr", SOURCES), at(SOURCES));
    const { exitCode, stdout } = await kym(["check", "study.zarr", "--repair"], { cwd });
    expect([exitCode, stdout]).toEqual([4, expect.stringContaining(`modified outside: ${SOURCES}`)]);
    // The rows of images of another dataset are left out, so that their files go in with the next ingest.
    expect((await kym(["adopt", "study.zarr"], { cwd })).exitCode).toBe(3);
    expect(await problems()).toEqual([]);
  });
});

describe("check --repair --from", () => {
  const lose = async (): Promise<string> => {
    const [id = ""] = (await readdir(at("images"))).filter((name) => name !== "zarr.json");
    const { data: shown } = await kymJson(["show", "study.zarr", id], { cwd });
    for (const file of [
      "analysis/radon/velocity.parquet",
      "analysis/metadata.json",
      "zarr.json",
      "data/c/0/0",
    ]) {
      await unlink(at("images", id, file));
    }
    await writeFile(at("images", id, "data/zarr.json"), "{");
    return shown.rel_path;
  };

  it.each(["the lab's folder", "a copy of the dataset"])(
    "makes all of an image again from %s",
    async (from) => {
      await lose();
      const before = await treeHash(join(made, "study.zarr/images"));
      const folder = from === "a copy of the dataset" ? join(made, "study.zarr") : "lab";
      const { exitCode, stdout } = await kym(["check", "study.zarr", "--repair", "--from", folder], { cwd });
      expect([exitCode, stdout]).toEqual([0, expect.stringContaining("data/c/0/0")]);
      expect(await treeHash(at("images"))).toBe(before);
    },
  );

  it("finds the TIFF under another name, and leaves what other sidecars would change", async () => {
    const path = await lose();
    await mkdir(join(cwd, "moved"));
    await rename(join(cwd, "lab", path), join(cwd, "moved", "renamed.tif"));
    const { data } = await kymJson(["check", "study.zarr", "--repair", "--from", "moved"], { cwd });
    const names = (list: readonly { readonly path: string }[]): readonly string[] =>
      list.map((one) => one.path.split("/").slice(2).join("/"));
    expect(names(data.healed)).toEqual(["analysis/metadata.json", "data/c/0/0"]);
    expect(names(data.left)).toEqual(["analysis/radon/velocity.parquet", "data/zarr.json", "zarr.json"]);
  });

  it("a file in place of a folder, or a folder with another file, changes nothing", async () => {
    await lose();
    await mkdir(join(cwd, "empty"));
    const before = await treeHash(at("images"));
    expect((await kym(["check", "study.zarr", "--from", "lab"], { cwd })).exitCode).toBe(2);
    expect((await kym(["check", "study.zarr", "--repair", "--from", "nowhere"], { cwd })).exitCode).toBe(6);
    const { exitCode, stdout } = await kym(["check", "study.zarr", "--repair", "--from", "empty"], { cwd });
    expect([exitCode, stdout]).toEqual([4, expect.stringContaining("does not have the TIFF")]);
    // The history has the metadata.
    await unlink(
      join(cwd, "study.zarr/images", (await readdir(at("images")))[0] ?? "", "analysis/metadata.json"),
    );
    expect(await treeHash(at("images"))).toBe(before);
  });
});
