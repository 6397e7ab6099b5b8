// Tables that other programs put into a dataset: kym adopts them and pools their values, or says what it does not read.
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { type Row, rowsOf } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { kym, kymJson } from "../support/kym.ts";

/** A dataset with the images a, b and c, each with the same three events, and d without. */
const BASE = findSharedData("cases/dataset-common/base.zarr.tgz");
const [MISSING_WORDS, DELIMITERS, UNSUPPORTED] = [
  "dataset-04-csv-missing-words",
  "dataset-05-csv-other-delimiter-null-rows",
  "dataset-17-unsupported-column-is-called-damage",
];

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-foreign-tables-"));
  if (BASE !== undefined) {
    await promisify(execFile)("tar", ["xzf", BASE, "-C", cwd]);
  }
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

/** Puts a file into the folder of an image, as another program does. */
async function place(image: string, artifact: string, source: string | Uint8Array): Promise<void> {
  const target = join(cwd, "base.zarr/images", image, "analysis", artifact);
  await mkdir(dirname(target), { recursive: true });
  const copied = typeof source === "string" ? findSharedData(`cases/${source}`) : undefined;
  await (typeof source === "string" ? copyFile(copied ?? "", target) : writeFile(target, source));
}

async function adoptAndIndex(): Promise<void> {
  expect((await kym(["adopt", "base.zarr"], { cwd })).exitCode).toBe(0);
  const { exitCode, stderr } = await kym(["index", "base.zarr"], { cwd });
  expect([exitCode, stderr]).toEqual([0, ""]);
}

async function pooled(table: string): Promise<Readonly<Record<string, readonly Row[]>>> {
  await using dataset = await openLocalDataset(join(cwd, "base.zarr"), { mode: "r" });
  const rows = [...rowsOf(await dataset.loadTable(table))];
  return Object.fromEntries(Map.groupBy(rows, ({ image_id: id }) => String(id)));
}

const EVENTS = [
  { roi_id: 1n, event_id: "a0", t_start_s: 0.5, t_end_s: 1.25, score: 0.8 },
  { roi_id: 1n, event_id: "a1", t_start_s: 2.5, t_end_s: null, score: -0.25 },
  { roi_id: 2n, event_id: "a2", t_start_s: 3.75, t_end_s: 4.5, score: 1.5 },
];

test.runIf(BASE !== undefined)(
  "events with dictionaries, decimals and lists, and those of R, are adopted and pooled",
  async () => {
    await place(
      "a",
      "velocity_events/events.parquet",
      "dataset-06-dictionary-of-64-bit-indices-crashes-ingest/events.parquet",
    );
    await place("b", "velocity_events/events.parquet", `${UNSUPPORTED}/ddb-decimal.parquet`);
    await place("c", "velocity_events/events.parquet", `${UNSUPPORTED}/list.parquet`);
    await place("d", "velocity_events/events.csv.gz", `${MISSING_WORDS}/r-na.csv.gz`);
    await place("d", "radon/velocity.csv.gz", `${MISSING_WORDS}/r-traceNA.csv.gz`);
    const { data } = await kymJson(["check", "base.zarr"], { cwd });
    expect(data.problems).toMatchObject([
      { kind: "modified_outside", remedy: "adopt", path: expect.stringContaining("images/a/") },
      { kind: "modified_outside", remedy: "adopt", path: expect.stringContaining("images/b/") },
      { kind: "modified_outside", remedy: "adopt", path: expect.stringContaining("images/c/") },
      { kind: "unknown", remedy: "adopt" },
      { kind: "unknown", remedy: "adopt" },
    ]);
    await adoptAndIndex();
    const { a, b, c, d } = await pooled("kym_velocity_events");
    expect([a, b, c]).toMatchObject([EVENTS, EVENTS, EVENTS]);
    expect(d).toMatchObject([
      { t_end_s: 1.25, user_type: "true_stall" },
      { t_end_s: null, user_type: null },
      { t_end_s: 4.5, user_type: "unreviewed" },
    ]);
    expect((await pooled("kym_radon"))["d"]).toMatchObject([{ vel_mean: 1, vel_n_nan: 1n }]);
  },
);

test.runIf(BASE !== undefined)(
  "events with dates, durations, capitals or semicolons are adopted and pooled",
  async () => {
    await place("a", "velocity_events/events.parquet", `${UNSUPPORTED}/date.parquet`);
    await place("b", "velocity_events/events.parquet", `${UNSUPPORTED}/timedelta.parquet`);
    await place("c", "velocity_events/events.parquet", `${DELIMITERS}/caps.parquet`);
    await place("d", "velocity_events/events.csv.gz", `${DELIMITERS}/semicolon.csv.gz`);
    await adoptAndIndex();
    const { a, b, c, d } = await pooled("kym_velocity_events");
    expect([a, b, c, d]).toMatchObject([EVENTS, EVENTS, EVENTS, EVENTS]);
  },
);

test.runIf(BASE !== undefined)(
  "a table without key columns fails its image alone, and one that is not read is not called damaged",
  async () => {
    await place("d", "velocity_events/events.csv.gz", gzipSync("roi_id|t_start_s\n1|0.5\n"));
    await kym(["adopt", "base.zarr"], { cwd });
    const { exitCode, stderr } = await kym(["index", "base.zarr"], { cwd });
    expect(exitCode).toBe(3);
    expect(stderr).toContain("velocity_events/events has no column roi_id, there are roi_id|t_start_s");
    expect(Object.keys(await pooled("kym_velocity_events"))).toEqual(["a", "b", "c"]);
    await place("a", "velocity_events/events.parquet", MAP_PARQUET);
    const { data } = await kymJson(["check", "base.zarr"], { cwd });
    const reason =
      "column k of images/a/analysis/velocity_events/events.parquet has the type map<string, int64>, which is not read; write it as numbers, text or timestamps";
    expect(data.problems).toMatchObject([
      {
        kind: "rewritten",
        remedy: "move",
        message: `changed by another program, to what is not read here: ${reason}`,
      },
    ]);
    expect((await kymJson(["adopt", "base.zarr"], { cwd })).data.refused).toMatchObject([
      { reason: expect.stringContaining("map<string, int64>") },
    ]);
  },
);

/** What pyarrow writes for a column `k` of the type map. */
const MAP_PARQUET = Buffer.from(
  [
    "UEFSMRUAFSQVJCwVBBUAFQYVBhwAAAACAAAABAADAAAAAwIAAQAAAGEVABUqFSosFQQVABUGFQYcAAAAAgAAAAQAAwAAAAMD",
    "AAEAAAAAAAAAFQQZXDUAGAZzY2hlbWEVAgA1AhgBaxUCFQJMLAAAADUEGAlrZXlfdmFsdWUVBAAVDCUAGANrZXklAEwcAAAA",
    "FQQlAhgFdmFsdWUAFgQZHBksJgAcFQwZJQYAGTgBawlrZXlfdmFsdWUDa2V5FQAWBBZKFkomCEkcFQAVABUCADwWAhkmBAAZ",
    "NgIAAgAAACYAHBUEGSUGABk4AWsJa2V5X3ZhbHVlBXZhbHVlFQAWBBZQFlAmUkkcFQAVABUCADwpJgQAGUYCAAACAAAAFpoB",
    "FgQmCBaaAQAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjEuMC4wGSwcAAAcAAAAAgEAAFBBUjE=",
  ].join(""),
  "base64",
);
