import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterEach, beforeEach, expect, it, test } from "vitest";
import { schedulerShard } from "../../src/commands/index/scheduler-shard.ts";
import { ingestReportBeside } from "../../src/commands/report/report-file.ts";
import { ingestFailures } from "../../src/report/ingest-failures.ts";
import { kym, kymJson } from "../support/kym.ts";

const slurm = (id: string, min: string, max: string, count: string, more = {}): Record<string, string> => ({
  SLURM_ARRAY_TASK_ID: id,
  SLURM_ARRAY_TASK_MIN: min,
  SLURM_ARRAY_TASK_MAX: max,
  SLURM_ARRAY_TASK_COUNT: count,
  ...more,
});
const sge = (id: string, first: string, last: string, step = "1"): Record<string, string> => ({
  SGE_TASK_ID: id,
  SGE_TASK_FIRST: first,
  SGE_TASK_LAST: last,
  SGE_TASK_STEPSIZE: step,
});
const batch = (index: string, size: string): Record<string, string> => ({
  AWS_BATCH_JOB_ARRAY_INDEX: index,
  AWS_BATCH_JOB_ARRAY_SIZE: size,
});

test.each([
  ["Slurm from 0", slurm("3", "0", "15", "16"), 3, 16],
  ["Slurm from 4", slurm("5", "4", "6", "3", { SLURM_ARRAY_TASK_STEP: "1" }), 1, 3],
  ["Slurm with one task", slurm("5", "5", "5", "1"), 0, 1],
  ["SGE", sge("1", "1", "16"), 0, 16],
  ["SGE from 3", sge("7", "3", "7"), 4, 5],
  ["AWS Batch", batch("9", "10"), 9, 10],
  [
    "Slurm on a machine where SGE says that there is no array",
    { ...slurm("0", "0", "1", "2"), ...sge("undefined", "undefined", "undefined", "undefined") },
    0,
    2,
  ],
])("%s: the environment says which part is asked for", (_, environment, index, count) => {
  expect(schedulerShard(environment)).toEqual({ index, count });
});

test.each([
  ["no array", {}, "this is not one"],
  ["a job of Slurm without an array", { SLURM_JOB_ID: "7" }, "this is not one"],
  ["SGE without an array", sge("undefined", "undefined", "undefined", "undefined"), "this is not one"],
  ["Slurm with a gap", slurm("7", "0", "7", "2"), "2 tasks from 0 to 7"],
  ["Slurm with steps", slurm("2", "0", "6", "4", { SLURM_ARRAY_TASK_STEP: "2" }), "steps of 2"],
  ["Slurm with one task of a step", slurm("0", "0", "0", "1", { SLURM_ARRAY_TASK_STEP: "2" }), "steps of 2"],
  [
    "Slurm without a count",
    { SLURM_ARRAY_TASK_ID: "1", SLURM_ARRAY_TASK_MIN: "0" },
    "SLURM_ARRAY_TASK_COUNT, which is not set",
  ],
  ["SGE with steps", sge("3", "1", "9", "2"), "steps of 2"],
  ["SGE beyond its last", sge("17", "1", "16"), "there is no such task"],
  [
    "AWS Batch without a size",
    { AWS_BATCH_JOB_ARRAY_INDEX: "1" },
    "AWS_BATCH_JOB_ARRAY_SIZE, which is not set",
  ],
  ["AWS Batch beyond its size", batch("10", "10"), "there is no such task"],
  ["a number that is none", slurm("1.5", "0", "15", "16"), 'is "1.5"'],
  ["two arrays", { ...slurm("0", "0", "1", "2"), ...batch("0", "2") }, "Slurm and AWS Batch"],
])("%s is a usage error, because a part of the work would be left out", (_, environment, words) => {
  expect(() => schedulerShard(environment)).toThrow(
    expect.objectContaining({ code: "usage", message: expect.stringContaining(words) }),
  );
});

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-shard-"));
  await mkdir(join(cwd, "lab/flow-analysis"), { recursive: true });
  for (let index = 0; index < 5; index++) {
    const data = Uint8Array.from({ length: 12 }, (_, pixel) => pixel + index);
    const tiff = writeImageJTiff({ dtype: "uint8", shape: [4, 3], data });
    await writeFile(join(cwd, "lab", `${index}.tif`), index === 4 ? tiff.subarray(0, 9) : tiff);
  }
  await writeFile(
    join(cwd, "lab/flow-analysis/gone_radon.csv"),
    "roi_id,channel,time,velocity\n1,1,0.002,1.5\n",
  );
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

it.each(["1", "2/2", "-1/2", "1/0", "a/b", "1/2/3", "", "AUTO"])(
  "--shard %j is a usage error of each command, and nothing is written",
  async (shard) => {
    for (const words of [
      ["ingest", "lab", "study.zarr"],
      ["refresh", "study.zarr", "lab"],
      ["analyze", "study.zarr"],
      ["index", "study.zarr"],
    ]) {
      expect((await kym([...words, `--shard=${shard}`], { cwd })).exitCode).toBe(2);
    }
    expect(await readdir(cwd)).toEqual(["lab"]);
  },
);

it("each shard leaves its own report, an empty part succeeds, and kym report joins the reports of all shards", async () => {
  const reports = [];
  for (let index = 0; index < 8; index++) {
    const { data } = await kymJson(["ingest", "lab", "study.zarr", "--shard", `${index}/8`], { cwd });
    reports.push(data);
    expect(data.shard).toEqual({ index, count: 8, foundInFolder: 5 });
    expect(data.reportFile).toBe(`study.ingest-report.${index}-of-8.json`);
    const kept = JSON.parse(await readFile(join(cwd, data.reportFile), "utf8"));
    expect(kept).toMatchObject({
      format: "kym-ingest-report",
      found: data.found,
      shard: { index, count: 8 },
    });
  }
  expect(reports.some(({ found }) => found === 0)).toBe(true);
  expect(reports.map(({ orphans }) => orphans.length)).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
  const before = await ingestReportBeside(join(cwd, "study.zarr"));
  expect(ingestFailures(before)).toMatchObject({
    file: "study.ingest-report.*-of-8.json",
    failed: [{ path: "4.tif" }],
    orphans: [{ path: "gone" }],
  });
  // A later ingest of the whole folder counts instead.
  await rm(join(cwd, "lab/4.tif"));
  await kym(["ingest", "lab", "study.zarr"], { cwd });
  await utimes(join(cwd, "study.ingest-report.json"), 4e9, 4e9);
  expect(ingestFailures(await ingestReportBeside(join(cwd, "study.zarr")))).toMatchObject({
    file: "study.ingest-report.json",
    failed: [],
  });
});

it("a folder without a TIFF is an error in every shard", async () => {
  await mkdir(join(cwd, "empty"));
  for (const shard of ["0/2", "1/2"]) {
    const { error, exitCode } = {
      ...(await kymJson(["ingest", "empty", "study.zarr", "--shard", shard], { cwd })),
      exitCode: 0,
    };
    expect([error, exitCode]).toEqual(["not_found", 0]);
  }
});

it("without the option nothing is divided, whatever a scheduler and KYM_SHARD say; auto divides all commands", async () => {
  const env = { ...slurm("1", "0", "1", "2"), KYM_SHARD: "0/2" };
  const { data } = await kymJson(["ingest", "lab", "study.zarr"], { cwd, env });
  expect([data.found, data.shard]).toEqual([5, undefined]);
  const shard = ["--shard", "auto"];
  for (const words of [
    ["refresh", "study.zarr", "lab"],
    ["analyze", "study.zarr"],
    ["index", "study.zarr"],
  ]) {
    const run = await kymJson([...words, ...shard], { cwd, env });
    expect(run.data.shard, words.join(" ")).toMatchObject({ index: 1, count: 2 });
  }
  const both = await kymJson(["index", "study.zarr", "--adopt", ...shard], { cwd, env });
  expect([both.error, both.hint]).toEqual(["usage", "first run kym adopt study.zarr once"]);
});

it("shards with --index pool the images of their files, so that the last leaves nothing stale", async () => {
  for (const index of [0, 1, 2]) {
    await kym(["ingest", "lab", "study.zarr", "--index", "--shard", `${index}/3`], { cwd });
  }
  const { data } = await kymJson(["index", "study.zarr", "--dry-run"], { cwd });
  expect(data.indexers.map(({ plan }: { readonly plan: readonly unknown[] }) => plan)).toEqual(
    data.indexers.map(() => []),
  );
});
