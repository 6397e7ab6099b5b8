import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";

const RIGHT = Uint16Array.of(1, 2, 3, 4, 5, 6);
const FAULT = "a fault of the reader tiff before version 2, mended in @kym/legacy-io 0.2.0: ";

describe("a dataset of a build that recorded no readers", () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-again-"));
    await mkdir(join(cwd, "lab"));
    for (const name of ["a", "b"]) {
      const tiff = writeImageJTiff({ dtype: "uint16", shape: [3, 2], data: RIGHT }, { axes: ["t", "x"] });
      await writeFile(join(cwd, "lab", `${name}.tif`), tiff);
    }
    expect((await kym(["ingest", "lab", "study.zarr"], { cwd })).exitCode).toBe(0);
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
    for (const id of await dataset.listImageIds()) {
      const record = dataset.record(id);
      const { reader, ...provenance } = JSON.parse((await record.loadJsonText("provenance")).text);
      expect(reader).toEqual({ name: "tiff", version: 4 });
      const metadata = (await record.loadJsonText("metadata")).text;
      const attributes = await record.attributes();
      // The old build stored a.tif wrong: its pixels were shifted.
      const shift = provenance.source_name === "a.tif" ? 32_768 : 0;
      const data = RIGHT.map((value) => value + shift);
      await dataset.deleteImage(id);
      const again = await dataset.addImage(
        { dtype: "uint16", shape: [3, 2], data },
        { id, axes: ["t", "x"], attributes: { ...attributes, ...(shift > 0 && { pixels_sha256: "other" }) } },
      );
      await again.json.saveBytes("metadata", new TextEncoder().encode(metadata));
      await again.saveJson("provenance", provenance);
    }
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  it("check notes the images with the fault and the remedy, and ends with 0", async () => {
    const { exitCode, stdout } = await kym(["check", "study.zarr"], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`note: 2 images may be affected by ${FAULT}the int16 pixels`);
    expect(stdout).toMatch(/: (a\.tif, b\.tif|b\.tif, a\.tif)\n/);
    expect(stdout).toContain(
      `note: kym refresh study.zarr ${join(cwd, "lab")} --again reads these images again\n`,
    );
    const { data } = await kymJson(["check", "study.zarr"], { cwd });
    expect(data.problems).toEqual([]);
    expect(data.readers).toMatchObject([
      { reader: "tiff", mended_in: 2, since: "@kym/legacy-io 0.2.0", images: [{ version: null }, {}] },
      { reader: "tiff", images: [{ likelihood: "possible" }, { likelihood: "possible" }] },
      { reader: "tiff", mended_in: 3, images: [{ likelihood: "possible" }, { likelihood: "possible" }] },
    ]);
  });

  it("check of the structure alone does not look for them", async () => {
    const { stdout } = await kym(["check", "study.zarr", "--level", "structure"], { cwd });
    expect(stdout).not.toContain("reader");
  });

  it("check still ends with 4 for a problem, and notes the readers beside it", async () => {
    await writeFile(join(cwd, "study.zarr", "zarr.json"), "{");
    const { exitCode, stdout } = await kym(["check", "study.zarr"], { cwd });
    expect([exitCode, stdout]).toEqual([4, expect.stringContaining("zarr.json")]);
  });

  it("refresh --again replaces the wrong one, marks the right one, and check has nothing left to note", async () => {
    const dry = await kymJson(["refresh", "study.zarr", "lab", "--again", "--dry-run"], { cwd });
    expect(dry.data.updated).toMatchObject([
      { path: "a.tif", reason: "read again by the reader tiff" },
      { path: "b.tif", reason: "read again by the reader tiff" },
    ]);
    const { data } = await kymJson(["refresh", "study.zarr", "lab", "--again"], { cwd });
    expect(data.ingested).toMatchObject([
      {
        path: "a.tif",
        reason: expect.stringMatching(/^read again by the reader tiff, with other pixels: a new record/),
      },
    ]);
    expect(data.updated).toMatchObject([
      { path: "b.tif", reason: "read again by the reader tiff: the same as before" },
    ]);
    const { stdout } = await kym(["check", "study.zarr"], { cwd });
    expect(stdout).not.toContain("note");
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { mode: "r" });
    for (const id of await dataset.listImageIds()) {
      expect([...(await dataset.record(id).loadArray()).data]).toEqual([...RIGHT]);
    }
  });

  it("refresh --again says in words which image has a new record", async () => {
    const { stdout } = await kym(["refresh", "study.zarr", "lab", "--again"], { cwd });
    expect(stdout).toContain(
      "ingested again:\n  a.tif — read again by the reader tiff, with other pixels: a new record in place of ",
    );
    expect(stdout).toContain("updated:\n  b.tif — read again by the reader tiff: the same as before\n");
  });

  it("refresh --again names the TIFF that is no longer there, in a folder without any TIFF too", async () => {
    await rm(join(cwd, "lab", "a.tif"));
    const some = await kymJson(["refresh", "study.zarr", "lab", "--again"], { cwd });
    expect(some.warnings).toEqual([
      expect.stringMatching(/^a\.tif: not read again: .*a\.tif is no longer there;/),
    ]);
    await rm(join(cwd, "lab", "b.tif"));
    const none = await kymJson(["refresh", "study.zarr", "lab", "--again"], { cwd });
    expect(none.warnings).toHaveLength(1);
    expect((await kym(["refresh", "study.zarr", "lab"], { cwd })).exitCode).toBe(6);
  });

  it("show says which readers an image is from, and nothing of an image that recorded none", async () => {
    expect((await kymJson(["show", "study.zarr", "b"], { cwd })).data.readers).toBeNull();
    expect((await kym(["show", "study.zarr", "b"], { cwd })).stdout).not.toContain("read by");
    await kym(["refresh", "study.zarr", "lab", "--again"], { cwd });
    expect((await kymJson(["show", "study.zarr", "b"], { cwd })).data.readers).toEqual({ tiff: 4 });
    expect((await kym(["show", "study.zarr", "b"], { cwd })).stdout).toContain("  read by   tiff 4\n");
  });
});
