// What `kym show` says of an image to a blind scorer.

import type { BlindNames } from "../../blind/blind-names.ts";
import { knownArtifacts } from "../../blind/known-words.ts";
import { blindOverview } from "../../study/blind.ts";
import type { Shown } from "./shown.ts";

/**
 * The facts without all that could tell what the scan is: id, file, time, what the TIFF or a person says in words, and names
 * that anybody may have given. Sizes, ROIs, states and analyses stay.
 */
export function blindShown<Facts extends Shown>(facts: Facts, names: BlindNames): Facts {
  return {
    ...facts,
    ...blindOverview(facts, names),
    axis_scales: [],
    readers: null,
    perhaps_changed: facts.perhaps_changed.map(() => "a file"),
    // The names of channels are anybody's.
    ...(facts.line_scan && { line_scan: withoutNames(facts.line_scan) }),
    tiff_calibration: [],
    tiff_value_calibration: null,
    tiff_warnings: [],
    tiff_start: undefined,
    rois: facts.rois.map((roi) => ({ ...roi, name: "", note: "" })),
    artifacts: Object.fromEntries(
      Object.entries(facts.artifacts).map(([kind, found]) => [kind, knownArtifacts(found)]),
    ),
    tables: facts.tables.map((table) => ({ ...table, explanation: STATES[table.state] ?? table.state })),
    analysis_runs: facts.analysis_runs.filter(({ artifact }) => knownArtifacts([artifact]).length > 0),
  };
}

const STATES: Readonly<Record<string, string>> = {
  fresh: "fresh",
  perhaps_changed: "perhaps changed: kym index reads the file",
  stale: "stale: kym index updates it",
  not_analysed: "not analysed",
};

/** A line scan without what could tell which scan it is. */
function withoutNames({ start: _, ...scan }: NonNullable<Shown["line_scan"]>): Shown["line_scan"] {
  return { ...scan, channels: [] };
}
