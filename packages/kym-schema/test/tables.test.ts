import { parseArtifactName, type TableSchema } from "@kym/zarr-store";
import { expect, test } from "vitest";
import * as flow from "../src/flow/index.ts";
import {
  ARTIFACTS,
  COLUMNS,
  EVENT_ARTIFACTS,
  RADON_ARTIFACTS,
  RADON_COLUMNS,
  UNITS,
  VELOCITY_EVENTS_SCHEMA,
  VELOCITY_TRACE_SCHEMA,
} from "../src/index.ts";
import { EXPERIMENT_KEYS, SUMMARY_KEYS } from "../src/keys/index.ts";
import * as tables from "../src/tables/index.ts";

const SCHEMAS: readonly TableSchema["columns"][] = [
  VELOCITY_EVENTS_SCHEMA.columns,
  VELOCITY_TRACE_SCHEMA.columns,
  RADON_COLUMNS,
  tables.ACQSTORE_LISTS_COLUMNS,
  tables.ACQSTORE_PEAK_COLUMNS,
  tables.ACQSTORE_VELOCITY_SCHEMA.columns,
  tables.FIRST_EVENT_COLUMNS,
  tables.FIRST_RADON_COLUMNS,
  tables.IMAGE_LIST_COLUMNS,
  tables.IMAGES_COLUMNS,
  tables.POOLED_EVENT_COLUMNS,
  tables.POOLED_SUM_INTENSITY_COLUMNS,
  flow.FLOW_DIAMETER_SCHEMA.columns,
  flow.FLOW_HEART_RATE_COLUMNS,
  flow.FLOW_LSPIV_SCHEMA.columns,
  flow.FLOW_VELOCITY_SCHEMA.columns,
  flow.POOLED_DIAMETER_COLUMNS,
  flow.POOLED_HEART_RATE_COLUMNS,
  flow.POOLED_RADON_COLUMNS,
];

test("every artifact name can be stored, and no two artifacts have one name", () => {
  const names = [...Object.values(ARTIFACTS), ...EVENT_ARTIFACTS.params, ...RADON_ARTIFACTS.params];
  for (const name of names) {
    expect(String(parseArtifactName(name))).toBe(name);
  }
  expect(new Set(Object.values(ARTIFACTS)).size).toBe(Object.values(ARTIFACTS).length);
});

test("the names of today count before those of older programs", () => {
  expect(EVENT_ARTIFACTS).toEqual({
    tables: ["velocity_events/events", "velocity_events"],
    params: ["velocity_events/params", "velocity_events_params", "velocity_events.params"],
  });
  expect(RADON_ARTIFACTS).toEqual({
    tables: ["radon/velocity", "radon/results", "radon_report", "radon"],
    params: ["radon/params", "radon_params", "radon.params"],
  });
});

test("no table has two columns of one name, and every unit is one of the listed", () => {
  for (const columns of SCHEMAS) {
    expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
    const units = columns.flatMap(({ unit }) => unit ?? []);
    expect(units.filter((unit) => !Object.values<string>(UNITS).includes(unit))).toEqual([]);
  }
});

test("every column that programs name is a column of a table", () => {
  const known = new Set(SCHEMAS.flat().map(({ name }) => name));
  expect(Object.values(COLUMNS).filter((name) => !known.has(name))).toEqual([]);
});

test("a list of images has a column for every fact of a summary but the one that two others say", () => {
  const columns = tables.IMAGE_LIST_COLUMNS.map(({ name }) => name);
  // Where a calibration is from is a column of the table of images, which reads the metadata for it where it has to.
  const { calibrated, calibrationSource: _, ...others } = SUMMARY_KEYS;
  expect(Object.values<string>(others).filter((key) => !columns.includes(key))).toEqual([]);
  expect(columns).not.toContain(calibrated);
});

test("the table of images begins with the columns that programs rely on, and has each field of an experiment once", () => {
  const columns = tables.IMAGES_COLUMNS.map(({ name }) => name);
  expect(columns.slice(0, 22).join(" ")).toBe(
    "image_id rel_path file_name condition treatment date acquired_local note accepted um_per_px ms_per_line " +
      "calibration_source lines px channels dtype n_rois artifacts analysis_state stale_tables source_sha256 pixels_sha256",
  );
  expect(
    Object.values(EXPERIMENT_KEYS).filter((key) => columns.filter((name) => name === key).length !== 1),
  ).toEqual([]);
});
