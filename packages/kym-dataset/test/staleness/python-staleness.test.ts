import { expect, test } from "vitest";
import { decideStaleness, type RecordedIndex } from "../../src/staleness/index.ts";
import type { RunMarker } from "../../src/staleness/run-marker.ts";

/** The whole decision table of the Python system, for images with inputs and without a ledger. */

const VERSION = "lab.x@1";
const HASH = "now";

type Stamp = readonly [version: string, hash: string];
const CURRENT: Stamp = [VERSION, HASH];
const OTHER_HASH: Stamp = [VERSION, "then"];
const OTHER_VERSION: Stamp = ["lab.x@0", HASH];
const OTHER_BOTH: Stamp = ["lab.x@0", "then"];

/** What the rows of an image are stamped with: each of two rows. */
const TABLES: readonly (readonly Stamp[])[] = [
  [],
  ...[CURRENT, OTHER_HASH, OTHER_VERSION, OTHER_BOTH].map((stamp) => [stamp, stamp]),
  [CURRENT, OTHER_HASH],
  [CURRENT, OTHER_VERSION],
  [OTHER_HASH, OTHER_VERSION],
];

const MARKERS: readonly (RunMarker | undefined)[] = [
  undefined,
  ...[CURRENT, OTHER_HASH, OTHER_VERSION, OTHER_BOTH].flatMap(([analysisVersion, paramsHash]) =>
    [0, 2].map((nRows) => ({ analysisVersion, paramsHash, nRows })),
  ),
];

/** The reason that the Python system gives: the rows of the table in its own order, the first match wins. */
function pythonReason(rows: readonly Stamp[], marker: RunMarker | undefined): string {
  const markerHas = { version: marker?.analysisVersion === VERSION, hash: marker?.paramsHash === HASH };
  const isMatch = markerHas.version && markerHas.hash;
  if (rows.length > 0) {
    const tableHas = {
      version: rows.every(([version]) => version === VERSION),
      hash: rows.every(([, hash]) => hash === HASH),
    };
    if (isMatch && marker?.nRows === 0) {
      return "STALE_MARKER_TABLE_MISMATCH";
    }
    if (tableHas.version && tableHas.hash) {
      return "FRESH_ROWS";
    }
    if (!tableHas.version && !markerHas.version) {
      return "STALE_VERSION_CHANGED";
    }
    return !tableHas.hash && !markerHas.hash ? "STALE_PARAMS_CHANGED" : "STALE_UNKNOWN";
  }
  if (isMatch && marker?.nRows === 0) {
    return "FRESH_ZERO_ROWS";
  }
  if (marker === undefined) {
    return "STALE_MISSING_MARKER";
  }
  if (marker.nRows > 0) {
    return "STALE_MARKER_TABLE_MISMATCH";
  }
  if (!markerHas.version) {
    return "STALE_VERSION_CHANGED";
  }
  return markerHas.hash ? "STALE_UNKNOWN" : "STALE_PARAMS_CHANGED";
}

/** Our reason for each of theirs. If rows and marker contradict each other, ours names the first that it finds. */
const OURS: Readonly<Record<string, string>> = {
  FRESH_ROWS: "rows_agree",
  FRESH_ZERO_ROWS: "no_rows_marker",
  STALE_MARKER_TABLE_MISMATCH: "marker_differs",
  STALE_MISSING_MARKER: "never_indexed",
  STALE_VERSION_CHANGED: "version_changed",
  STALE_PARAMS_CHANGED: "params_changed",
};

function recordedOf(rows: readonly Stamp[], marker: RunMarker | undefined): RecordedIndex {
  const [first] = rows;
  const agree = rows.every((stamp) => String(stamp) === String(first));
  const provenance =
    first !== undefined && agree ? { analysisVersion: first[0], paramsHash: first[1] } : undefined;
  return { entry: undefined, rows: { count: rows.length, provenance }, hasSchema: true, marker };
}

test("ticket 19: rows and markers of the Python system are fresh or stale as that system decides, in all 72 cases", () => {
  const reasons = new Set<string>();
  let cases = 0;
  for (const rows of TABLES) {
    for (const marker of MARKERS) {
      const ours = decideStaleness(
        recordedOf(rows, marker),
        { analysisVersion: VERSION, inputsSha256: "inputs", sourcesSha256: "sources" },
        { paramsHash: HASH, contextSha256: "context", roisSha256: null },
      );
      const theirs = pythonReason(rows, marker);
      expect([theirs, ours.state]).toEqual([theirs, theirs.startsWith("FRESH") ? "fresh" : "stale"]);
      if (rows.length === 0 || (marker === undefined && new Set(rows.map(String)).size === 1)) {
        expect([theirs, ours.because]).toEqual([theirs, OURS[theirs]]);
      }
      reasons.add(theirs);
      cases++;
    }
  }
  expect(cases).toBe(72);
  expect([...reasons].sort()).toEqual([...Object.keys(OURS), "STALE_UNKNOWN"].sort());
});
