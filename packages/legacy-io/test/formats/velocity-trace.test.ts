import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VELOCITY_TRACE_SCHEMA } from "@kym/kym-schema";
import { parseTableSchema, tableFromColumns } from "@kym/zarr-store/table";
import { expect, test } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import {
  LEGACY_TRACE_COLUMNS,
  parseVelocityTrace,
  type VelocityTrace,
} from "../../src/formats/velocity-trace.ts";
import { caught } from "../support/caught.ts";

const folder = findSharedData("kymographs") ?? "";
const truthPath = findSharedData("truth/analysis_csv_truth.json");

interface TraceTruth {
  readonly file: string;
  readonly roi: number | null;
  readonly rows: number;
  readonly file_nan: number;
  readonly abs_gt_1e6: number;
  readonly zero: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  readonly clean_nan: number;
  readonly t_first: number;
  readonly t_last: number;
}

const TRACES = [
  "flow-analysis/Capillary1_0001_radon.csv",
  "flow-analysis/Capillary1_0001_kymanalysis.csv",
  ...["20250722_A89_0002", "20250722_A89_0003", "20250722_A89_0007"].flatMap((stem) => [
    `28d AngII/20250722/flow-analysis/${stem}_kymanalysis.csv`,
    `28d AngII/20250722/20250722-analysis/${stem}.csv`,
  ]),
];

const truths: readonly TraceTruth[] =
  truthPath === undefined ? [] : JSON.parse(readFileSync(truthPath, "utf8"));

test.runIf(folder !== "" && truthPath !== undefined).for(TRACES)(
  "%s has the statistics that are known",
  (file) => {
    const trace = parseVelocityTrace(readFileSync(join(folder, file)));
    const known = truths.filter((truth) => truth.file === file);
    const rois = [...new Set(column(trace, "roi_id"))];
    expect(known.length).toBe(rois.length);
    for (const truth of known) {
      const roi = truth.roi === null ? 1n : BigInt(truth.roi);
      expect(statisticsOf(trace, roi)).toEqual({
        rows: truth.rows,
        file_nan: truth.file_nan,
        abs_gt_1e6: truth.abs_gt_1e6,
        zero: truth.zero,
        // pandas read the truth; its fast decimal reader is sometimes off by one unit in the last place.
        min: expect.closeTo(truth.min, 12),
        max: expect.closeTo(truth.max, 12),
        mean: expect.closeTo(truth.mean, 12),
        std: expect.closeTo(truth.std, 12),
        clean_nan: truth.clean_nan,
        t_first: expect.closeTo(truth.t_first, 12),
        t_last: expect.closeTo(truth.t_last, 12),
      });
    }
  },
);

function column(trace: VelocityTrace, name: string): readonly (number | bigint | string | boolean | null)[] {
  return [...(trace.columns[name] ?? [])];
}

/** Computes what the truth file holds: values beyond ±1e6 are left out, and the deviation is the population's. */
function statisticsOf(trace: VelocityTrace, roi: bigint): Omit<TraceTruth, "file" | "roi"> {
  const rois = column(trace, "roi_id");
  const of = (name: string): number[] =>
    column(trace, name).flatMap((value, row) => (rois[row] === roi ? [Number(value)] : []));
  const all = of("velocity_mm_s");
  const valid = all.filter((value) => !Number.isNaN(value) && Math.abs(value) <= 1e6);
  const mean = valid.reduce((sum, value) => sum + value, 0) / valid.length;
  const variance = valid.reduce((sum, value) => sum + (value - mean) ** 2, 0) / valid.length;
  const times = of("time_s");
  return {
    rows: all.length,
    file_nan: all.filter(Number.isNaN).length,
    abs_gt_1e6: all.filter((value) => Math.abs(value) > 1e6).length,
    zero: all.filter((value) => value === 0).length,
    min: Math.min(...valid),
    max: Math.max(...valid),
    mean,
    std: Math.sqrt(variance),
    clean_nan: of("clean_velocity_mm_s").filter(Number.isNaN).length,
    t_first: times[0] ?? Number.NaN,
    t_last: times.at(-1) ?? Number.NaN,
  };
}

test.runIf(folder !== "")("the sentinel and every other value stand as in the file", () => {
  const trace = parseVelocityTrace(readFileSync(join(folder, "flow-analysis/Capillary1_0001_radon.csv")));
  expect(trace).toMatchObject({ isV0: false, rowCount: 16_241, schema: VELOCITY_TRACE_SCHEMA });
  const last = Object.keys(trace.columns).map((name) => trace.columns[name]?.[16_240]);
  expect(last).toEqual([
    3n,
    1n,
    35.08964157104492,
    -5553288,
    "data",
    "Capillary1_0001.tif",
    "mpRadon",
    0.284,
    0.0011699666666666,
    30000n,
    38n,
    -1.0949382781982422,
    1.0949382781982422,
  ]);
  const table = tableFromColumns(trace.schema, trace.columns);
  expect(table.numRows).toBe(16_241);
  expect(table.getChild("clean_velocity_mm_s")?.nullCount).toBe(18 + 18 + 243);
});

const parse = (text: string): VelocityTrace => parseVelocityTrace(new TextEncoder().encode(text));

test("the oldest form has one ROI and one channel, and its counter is dropped", () => {
  const trace = parse(",time,velocity,algorithm\n0,0.01,1.5,mpRadon\n1,0.02,,mpRadon\n");
  expect(trace.isV0).toBe(true);
  expect(trace.schema).toEqual(VELOCITY_TRACE_SCHEMA);
  expect(trace.columns).toMatchObject({
    roi_id: BigInt64Array.of(1n, 1n),
    channel: BigInt64Array.of(1n, 1n),
    velocity_mm_s: Float64Array.of(1.5, Number.NaN),
    algorithm: ["mpRadon", "mpRadon"],
    n_lines: [null, null],
  });
});

test("an index that does not count the rows, and columns that no rule knows, are kept as text", () => {
  const trace = parse(",time,velocity,roi_id,score\n5,0.01,1,2,a\n6,0.02,2,2,\n");
  expect(trace.schema.columns.slice(-2)).toEqual([
    { name: "Unnamed: 0", type: "utf8" },
    { name: "score", type: "utf8" },
  ]);
  expect(trace.columns).toMatchObject({
    "Unnamed: 0": ["5", "6"],
    score: ["a", null],
    channel: BigInt64Array.of(1n, 1n),
  });
});

test("a missing or empty channel is channel 1; an empty ROI is an error", async () => {
  expect(parse("roi_id,channel,time,velocity\n1,,0.1,1\n1,2,0.2,1\n").columns["channel"]).toEqual([1n, 2n]);
  expect((await caught(() => parse("roi_id,time,velocity\n,0.1,1\n"))).code).toBe("schema_mismatch");
});

test("what is no trace is refused, with what is missing or the line", async () => {
  expect(await caught(() => parse("roi_id,time\n1,0.1\n"))).toMatchObject({
    code: "schema_mismatch",
    details: { expected: "velocity" },
  });
  expect(await caught(() => parse("time,velocity\n0.1,fast\n"))).toMatchObject({
    code: "schema_mismatch",
    details: { line: 2 },
  });
  expect(await caught(() => parse("time,velocity\n0.1\n"))).toMatchObject({
    code: "invalid_file",
    details: { line: 2 },
  });
  expect(await caught(() => parse("time,velocity,time_s\n0.1,1,1\n"))).toMatchObject({
    code: "schema_mismatch",
  });
});

test("a trace without rows is a trace", () => {
  const trace = parse("roi_id,channel,time,velocity\n");
  expect(trace.rowCount).toBe(0);
  expect(tableFromColumns(trace.schema, trace.columns).numRows).toBe(0);
});

test("names map both ways, and units stand in the stored ones", () => {
  const legacy = LEGACY_TRACE_COLUMNS.map((pair) => pair.legacy);
  expect(legacy.join()).toBe(
    "roi_id,channel,time,velocity,parentFolder,file,algorithm,delx,delt,numLines,pntsPerLine,cleanVelocity,absVelocity",
  );
  expect(new Set(LEGACY_TRACE_COLUMNS.map(({ stored }) => stored.name)).size).toBe(13);
  expect(parseTableSchema(VELOCITY_TRACE_SCHEMA).columns).toHaveLength(13);
});
