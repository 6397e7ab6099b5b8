import { columnOf, type ReadOptions, type ZarrImageRecord } from "@kym/zarr-store";
import type { Table } from "apache-arrow";
import { findArtifact, loadTableArtifact } from "../../indexer/artifact-ref.ts";
import { EVENT_ARTIFACTS } from "../events/event-artifacts.ts";

/** What people added to the events of an image. */
export interface UsersAdded {
  /** Over the whole image; null where the image has no events artifact, or one without types. */
  readonly count: number | null;
  /** By ROI, the sum and the number of the durations that are known, in s. A ROI without one is absent. */
  readonly durations: Readonly<Record<string, { readonly sumS: number; readonly n: number }>>;
}

/** The type of an event that a person made. `kymograph-formats.md` §4.2. */
const USER_ADDED = "User Added";

const NOT_KNOWN: UsersAdded = { count: null, durations: {} };

/**
 * Counts the events that people added. The image's count is over all ROIs, durations are by ROI, as in
 * `radon_report_db.csv`; a duration is `duration_s`, else the time from start to end.
 *
 * @throws {ZarrStoreError} `invalid_file`, `modified_outside`
 */
export async function loadUsersAdded(
  record: ZarrImageRecord,
  options: ReadOptions = {},
): Promise<UsersAdded> {
  const found = findArtifact(EVENT_ARTIFACTS, await record.objectHashes());
  return found === undefined
    ? NOT_KNOWN
    : countUsersAdded(await loadTableArtifact(record, found, { ...options, memory: "shared" }));
}

/** {@link loadUsersAdded} of a table of events. */
export function countUsersAdded(events: Table): UsersAdded {
  const types = cellsOf(events, "event_type");
  if (types === undefined) {
    return NOT_KNOWN;
  }
  const roiIds = cellsOf(events, "roi_id");
  const durations = cellsOf(events, "duration_s");
  const starts = cellsOf(events, "t_start_s");
  const ends = cellsOf(events, "t_end_s");
  const added = [...types.keys()].filter((row) => types[row] === USER_ADDED);
  const byRoi = new Map<string, { readonly sumS: number; readonly n: number }>();
  for (const row of added) {
    const durationS = numberOf(durations?.[row]) ?? difference(ends?.[row], starts?.[row]);
    if (durationS !== undefined) {
      const roiId = String(roiIds?.[row]);
      const { sumS, n } = byRoi.get(roiId) ?? { sumS: 0, n: 0 };
      byRoi.set(roiId, { sumS: sumS + durationS, n: n + 1 });
    }
  }
  return { count: added.length, durations: Object.fromEntries(byRoi) };
}

function cellsOf(table: Table, name: string): readonly unknown[] | undefined {
  return table.schema.fields.some((field) => field.name === name) ? columnOf(table, name) : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function difference(end: unknown, start: unknown): number | undefined {
  const [endS, startS] = [numberOf(end), numberOf(start)];
  return endS === undefined || startS === undefined ? undefined : endS - startS;
}
