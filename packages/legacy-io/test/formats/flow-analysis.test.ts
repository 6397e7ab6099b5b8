import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VELOCITY_EVENTS_SCHEMA } from "@kym/kym-schema";
import { tableFromRows } from "@kym/zarr-store";
import { canonicalJson } from "@kym/zarr-store/json";
import { parseTableSchema } from "@kym/zarr-store/table";
import { expect, test } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { type FlowAnalysisKind, parseFlowAnalysis } from "../../src/formats/flow-analysis.ts";
import { LEGACY_EVENT_COLUMNS, velocityEventsTable } from "../../src/formats/velocity-events.ts";
import { caught, codeOf } from "../support/caught.ts";

const folder = findSharedData("kymographs/flow-analysis") ?? "";
const onData = test.runIf(folder !== "");
const parseFile = (name: string, kind: FlowAnalysisKind) =>
  parseFlowAnalysis(readFileSync(join(folder, name)), kind);
const parse = (value: unknown, kind: FlowAnalysisKind = "events_json") =>
  parseFlowAnalysis(JSON.stringify(value), kind);

onData("_radon.json: three analyses under keys of ROI and channel, nothing about events", () => {
  const { version, analyses, events, accepted, warnings } = parseFile(
    "Capillary1_0001_radon.json",
    "radon_json",
  );
  expect([version, events, accepted, warnings]).toEqual(["3.0", undefined, undefined, []]);
  expect(analyses.map(({ roiId, channel, windowSize }) => [roiId, channel, windowSize])).toEqual([
    [1, 1, 16],
    [2, 1, 16],
    [3, 1, 16],
  ]);
  expect(analyses[0]).toMatchObject({
    algorithm: "mpRadon",
    analyzedAt: "2026-04-15T14:30:55.180283+00:00",
    roiRevisionAtAnalysis: 0,
  });
  expect([...(analyses[0]?.extra.keys() ?? [])]).toEqual(["analyzed_on"]);
});

onData("_kymanalysis.json: the same version as _events.json with other keys", () => {
  const combined = parseFile("Capillary1_0001_kymanalysis.json", "kymanalysis_json");
  expect([combined.version, combined.accepted]).toEqual(["2.0", true]);
  expect(combined.analyses).toHaveLength(3);
  expect(combined.events?.map(({ roiId, channel, events }) => [roiId, channel, events.length])).toEqual([
    [1, 1, 5],
  ]);
  const events = parseFile("Capillary1_0001_events.json", "events_json");
  expect([events.version, events.accepted, events.analyses]).toEqual(["2.0", undefined, []]);
  expect(events.events?.map((run) => [run.roiId, run.channel, run.events.length])).toEqual([[1, 1, 5]]);
});

onData("the five events that are known, the same from both files", async () => {
  const { rows } = await velocityEventsTable(
    parseFile("Capillary1_0001_events.json", "events_json").events ?? [],
  );
  expect(rows.map((row) => [row["event_type"], row["i_start"], row["i_peak"]])).toEqual([
    ["baseline_rise", 33n, 40n],
    ["baseline_drop", 878n, 878n],
    ["baseline_rise", 918n, 923n],
    ["baseline_drop", 4378n, 4378n],
    ["baseline_rise", 4529n, 4529n],
  ]);
  expect(rows.map((row) => row["t_start_s"])).toEqual([
    0.1637953370809555, 4.118282794952393, 4.305477142333984, 20.49781608581543, 21.20447540283203,
  ]);
  expect(rows[0]).toEqual({
    roi_id: 1n,
    event_id: "c04732660a00e2a7",
    t_start_s: 0.1637953370809555,
    t_end_s: null,
    peak_t_s: 0.1965543925762176,
    peak_value: null,
    score: 0.8011249601840975,
    channel: 1n,
    event_type: "baseline_rise",
    i_start: 33n,
    i_peak: 40n,
    i_end: null,
    baseline_before: 0.4476740062236786,
    baseline_after: 1.248798966407776,
    strength: 2.8222042904795486,
    nan_fraction_in_event: null,
    n_valid_in_event: null,
    duration_s: null,
    machine_type: "other",
    user_type: "unreviewed",
    note: "",
  });
  const combined = await velocityEventsTable(
    parseFile("Capillary1_0001_kymanalysis.json", "kymanalysis_json").events ?? [],
  );
  expect(combined.rows).toEqual(rows);
  expect(tableFromRows(rows, combined.schema).numRows).toBe(5);
});

test("not analysed, analysed without events, and nothing said are three things", () => {
  expect(parse({ velocity_events: {} }).events).toEqual([]);
  expect(parse({ velocity_events: { "2:1": [] } }).events).toEqual([{ roiId: 2, channel: 1, events: [] }]);
  expect(parse({ velocity_events: { 3: [] } }).events).toEqual([{ roiId: 3, channel: 1, events: [] }]);
  expect(parse({}).events).toBeUndefined();
});

test("plain keys take the channel from each event", () => {
  const { events } = parse({
    version: "1.0",
    velocity_events: { 1: [{ channel: 2 }, { channel: 1 }, {}] },
    accepted: false,
  });
  expect(events?.map(({ roiId, channel, events: list }) => [roiId, channel, list.length])).toEqual([
    [1, 2, 1],
    [1, 1, 2],
  ]);
});

test("where key and content contradict each other the key is taken, and said", () => {
  const { analyses, warnings } = parse(
    { analysis_metadata: { "1:2": { roi_id: 7, channel: 1 } } },
    "radon_json",
  );
  expect(analyses[0]).toMatchObject({ roiId: 1, channel: 2 });
  expect(warnings).toEqual(['$.analysis_metadata["1:2"] says roi_id 7, channel 1: the key is used']);
  expect(parse({ velocity_events: { "1:2": [{ channel: 3 }] } }).warnings).toHaveLength(1);
  expect(parse({ analysis_metadata: { 1: { roi_id: 1, channel: 2 } } }, "radon_json")).toMatchObject({
    warnings: [],
    analyses: [{ channel: 2 }],
  });
});

test("keys that are not known are kept", () => {
  const { extra, analyses } = parse(
    { stall_analysis: { 1: {} }, analysis_metadata: { "1:1": { mad_k: 3.5 } } },
    "kymanalysis_json",
  );
  expect([...extra.keys()]).toEqual(["stall_analysis"]);
  expect([...(analyses[0]?.extra ?? [])].map(([key, node]) => [key, canonicalJson(node)])).toEqual([
    ["mad_k", "3.5"],
  ]);
});

test.for([
  ["[]", "expected an object at $"],
  ["{", "is not valid JSON"],
  ['{"velocity_events": []}', "expected an object at $.velocity_events"],
  ['{"velocity_events": {"1:1": {}}}', "expected an array"],
  ['{"velocity_events": {"one": []}}', 'neither "roi" nor "roi:channel"'],
  ['{"velocity_events": {"0:1": []}}', "neither"],
  ['{"velocity_events": {"1:1": [5]}}', '$.velocity_events["1:1"][0]'],
  ['{"accepted": "yes"}', "true or false at $.accepted"],
  ['{"analysis_metadata": {"1": {"window_size": "16"}}}', 'a number at $.analysis_metadata["1"].window_size'],
] as const)("%s is refused: %s", async ([text, message]) => {
  const error = await caught(() => parseFlowAnalysis(text, "events_json"));
  expect(error.code).toBe("invalid_file");
  expect(error.message).toContain(message);
});

test("events with the same ROI, channel, type and start are told apart; scores do not enter the id", async () => {
  const event = { event_type: "User Added", t_start: 1.5 };
  const { events } = parse({
    velocity_events: {
      "1:1": [event, { ...event, score_peak: 9 }, { ...event, t_start: 1.25 }],
      "2:1": [event],
    },
  });
  const { rows } = await velocityEventsTable(events ?? []);
  const ids = rows.map((row) => row["event_id"]);
  expect(ids[1]).toBe(`${ids[0]}-2`);
  expect(new Set(ids).size).toBe(4);
  expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
});

test("the id is that of the digits in the file, as its description says", async () => {
  const { createHash } = await import("node:crypto");
  const text =
    '{"velocity_events": {"3:2": [{"event_type": "nan_gap", "t_start": 1.50}, {"event_type": "nan_gap"}]}}';
  const { rows } = await velocityEventsTable(parseFlowAnalysis(text, "events_json").events ?? []);
  const idOf = (recipe: string): string =>
    createHash("sha256").update(recipe, "utf8").digest("hex").slice(0, 16);
  expect(rows.map((row) => row["event_id"])).toEqual([
    idOf("3\n2\nnan_gap\n1.50"),
    idOf("3\n2\nnan_gap\nnull"),
  ]);
});

test("NaN is a missing number; keys that no rule knows are columns of canonical JSON", async () => {
  const text =
    '{"velocity_events": {"1:1": [{"t_start": NaN, "zero_frac": 0.50, "score": [1, 2], "odd": NaN}, {"zero_frac": null}]}}';
  const { schema, rows } = await velocityEventsTable(parseFlowAnalysis(text, "events_json").events ?? []);
  expect(schema.columns.slice(-3).map(({ name, type }) => [name, type])).toEqual([
    ["zero_frac", "utf8"],
    ["legacy_score", "utf8"],
    ["odd", "utf8"],
  ]);
  expect(rows[0]).toMatchObject({
    t_start_s: null,
    zero_frac: "0.5",
    legacy_score: "[1,2]",
    odd: "NaN",
    score: null,
  });
  expect(rows[1]).toMatchObject({ zero_frac: "null", legacy_score: null, odd: null });
  expect(parseTableSchema(schema).columns).toHaveLength(VELOCITY_EVENTS_SCHEMA.columns.length + 3);
});

test("a value of another type is refused, with its place", async () => {
  for (const event of [{ t_start: "1" }, { i_start: 1.5 }, { note: 3 }, { i_peak: 1e300 }]) {
    const { events } = parse({ velocity_events: { "1:1": [event] } });
    const error = await caught(() => velocityEventsTable(events ?? []));
    expect(error.code).toBe("invalid_file");
    expect(error.message).toContain('$.velocity_events["1:1"][0].');
  }
  expect(
    await codeOf(() =>
      velocityEventsTable([])
        .then(() => Promise.reject(new Error("unreached")))
        .catch(() => parseFlowAnalysis("", "radon_json")),
    ),
  ).toBe("invalid_file");
});

test("names map both ways", () => {
  const legacy = LEGACY_EVENT_COLUMNS.map((pair) => pair.legacy);
  expect(legacy.toSorted()).toEqual(
    "event_type,i_start,i_peak,i_end,t_start,t_peak,t_end,score_peak,baseline_before,baseline_after,strength,nan_fraction_in_event,n_valid_in_event,duration_sec,machine_type,user_type,note,channel"
      .split(",")
      .toSorted(),
  );
  expect(VELOCITY_EVENTS_SCHEMA.columns.slice(0, 7).map(({ name }) => name)).toEqual([
    "roi_id",
    "event_id",
    "t_start_s",
    "t_end_s",
    "peak_t_s",
    "peak_value",
    "score",
  ]);
});
