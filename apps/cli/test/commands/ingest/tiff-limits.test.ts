import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { optionsThatRaise, tiffLimits } from "../../../src/commands/ingest/tiff-limits.ts";
import { kym, kymJson } from "../../support/kym.ts";

describe("the limits of a TIFF", () => {
  it("are in seconds and in MiB, and an image may be as large as its memory", () => {
    expect(tiffLimits({})).toEqual({});
    expect(tiffLimits({ "max-decode-seconds": "0.5" })).toEqual({ maxDecodeMs: 500 });
    expect(tiffLimits({ "max-memory-mb": "1" })).toEqual({
      maxMemoryBytes: 2 ** 20,
      maxDecodedBytes: 2 ** 31,
    });
    expect(tiffLimits({ "max-memory-mb": "4096" })).toEqual({
      maxMemoryBytes: 2 ** 32,
      maxDecodedBytes: 2 ** 32,
    });
  });

  it.each(["", " ", "0", "-1", "many", "NaN", "Infinity", "1e400", "9e15"])(
    "%j is no number of either",
    (text) => {
      expect(() => tiffLimits({ "max-decode-seconds": text })).toThrow(
        /--max-decode-seconds must be a number above 0/,
      );
      expect(() => tiffLimits({ "max-memory-mb": text })).toThrow(/--max-memory-mb must be a number above 0/);
    },
  );

  it("are named as options where one of them refused a file", () => {
    expect(optionsThatRaise(["not a TIFF"])).toEqual([]);
    expect(optionsThatRaise(["takes longer than the limit maxDecodeMs of 2000 ms"])).toEqual([
      "--max-decode-seconds",
    ]);
  });
});

describe("kym ingest and kym refresh with limits", () => {
  let work = "";
  const writeImage = async (value: number): Promise<void> => {
    const image = { dtype: "uint16", shape: [40, 30], data: new Uint16Array(1200).fill(value) } as const;
    await writeFile(join(work, "lab", "a.tif"), writeImageJTiff(image));
  };
  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), "kym limits "));
    await mkdir(join(work, "lab"));
    await writeImage(0);
  });
  afterEach(() => rm(work, { recursive: true, force: true }));

  it.each(["ingest", "refresh"])("%s ends with 2 for a limit that is no number", async (command) => {
    for (const option of ["--max-decode-seconds", "--max-memory-mb"]) {
      const { exitCode, stderr } = await kym([command, "a", "b", option, "much"], { cwd: work });
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`${option} must be a number above 0`)]);
    }
  });

  it("a file beyond a limit fails and says which option lets it in; with that it is in", async () => {
    const none = ["--max-decode-seconds", "0.000001"];
    const strict = await kym(["ingest", "lab", "study.zarr", ...none], { cwd: work });
    expect(strict.exitCode, strict.stderr).toBe(3);
    expect(strict.stdout).toMatch(
      /a\.tif — .*limit maxDecodeMs of 0\.001 ms\n {2}--max-decode-seconds raises that limit\n/,
    );
    const open = ["--max-decode-seconds", "600", "--max-memory-mb", "1024"];
    const { data } = await kymJson(["ingest", "lab", "study.zarr", ...open], { cwd: work });
    expect([data.ingested.length, data.failed]).toEqual([1, []]);
  });

  it("refresh takes them for a TIFF that changed", async () => {
    await kym(["ingest", "lab", "study.zarr"], { cwd: work });
    await writeImage(7);
    const refresh = ["refresh", "study.zarr", "lab", "--mode", "reingest_if_changed"];
    const strict = await kymJson([...refresh, "--max-decode-seconds", "0.000001"], { cwd: work });
    expect(strict.data.failed).toMatchObject([
      { path: "a.tif", reason: expect.stringContaining("maxDecodeMs") },
    ]);
    const { data } = await kymJson([...refresh, "--max-decode-seconds", "600"], { cwd: work });
    expect([data.ingested.length, data.failed]).toEqual([1, []]);
  });
});
