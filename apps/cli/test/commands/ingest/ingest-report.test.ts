import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterEach, beforeEach, expect, it } from "vitest";
import { reportPathOf } from "../../../src/commands/ingest/ingest-report-file.ts";
import { kym, kymJson } from "../../support/kym.ts";

const REPORT = "study.ingest-report.json";
let cwd = "";
const at = (...names: readonly string[]): string => join(cwd, ...names);
const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";
const tiff = writeImageJTiff({ dtype: "uint8", shape: [4, 3], data: Uint8Array.from({ length: 12 }) });

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-report-"));
  await mkdir(at("lab"));
  await writeFile(at("lab/whole.tif"), tiff);
  await writeFile(at("lab/cut.tif"), tiff.subarray(0, 5));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

it("is beside the dataset, by its name", () => {
  expect(reportPathOf("a b/study.zarr")).toBe("a b/study.ingest-report.json");
  expect(reportPathOf("./study")).toBe("study.ingest-report.json");
  expect(reportPathOf("/x/study.ZARR")).toBe("/x/study.ingest-report.json");
});

// A user sees `loaded 48 of 50 · 2 failed → study.ingest-report.json`, and looks into that file.
it("an ingest that fails in part says where its report is, a dry run writes none, a second run changes none", async () => {
  await kym(["ingest", "lab", "study.zarr", "--dry-run"], { cwd });
  expect(await readdir(cwd)).toEqual(["lab"]);
  const { stdout, exitCode } = await kym(["ingest", "lab", "study.zarr"], { cwd });
  expect(exitCode).toBe(3);
  expect(lastLine(stdout)).toBe(`loaded 1 of 2 · 1 failed → ${REPORT}`);
  const report = JSON.parse(await readFile(at(REPORT), "utf8"));
  expect(report).toMatchObject({ format: "kym-ingest-report", found: 2, ingested: 1, folder: at("lab") });
  expect(report.failed).toEqual([{ path: "cut.tif", reason: expect.stringContaining("not a TIFF") }]);
  const { data } = await kymJson(["ingest", "lab", "study.zarr"], { cwd });
  expect([data.reportFile, data.unchanged.length]).toEqual([REPORT, 1]);
  const again = await readFile(at(REPORT), "utf8");
  await kym(["ingest", "lab", "study.zarr"], { cwd });
  expect(await readFile(at(REPORT), "utf8")).toBe(again);
});

it("a report does not outlive its cause", async () => {
  await kym(["ingest", "lab", "study.zarr"], { cwd });
  await writeFile(at("lab/cut.tif"), tiff);
  const { stdout, exitCode } = await kym(["refresh", "study.zarr", "lab"], { cwd });
  expect([exitCode, lastLine(stdout)]).toEqual([0, `loaded 2 of 2 → ${REPORT}`]);
  expect(JSON.parse(await readFile(at(REPORT), "utf8"))).toMatchObject({ ingested: 1, failed: [] });
});

it("a run without a fault writes no report, and one beside the images is nobody's analysis", async () => {
  await kym(["ingest", "lab", "study.zarr"], { cwd });
  const { stdout } = await kym(["ingest", ".", "inside.zarr", "--pattern", "whole.tif"], { cwd });
  expect(stdout).toMatch(/\nloaded 1 of 1\n$/);
  expect(stdout).not.toContain(REPORT);
  expect((await readdir(cwd)).toSorted()).toEqual(["inside.zarr", "lab", REPORT, "study.zarr"].toSorted());
});

it("a file of that name that is no report stays, and the ingest goes on", async () => {
  await writeFile(at("other.ingest-report.json"), "mine");
  const { stdout, stderr, exitCode } = await kym(["ingest", "lab", "other.zarr"], { cwd });
  expect([exitCode, lastLine(stdout)]).toEqual([3, "loaded 1 of 2 · 1 failed"]);
  expect(stderr).toContain("is not a report of kym, so it was left unchanged");
  expect(await readFile(at("other.ingest-report.json"), "utf8")).toBe("mine");
});
