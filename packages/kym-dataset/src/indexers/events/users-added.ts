// Counts the events that people added by hand, for the columns `users_added_*` of `kym_radon`.

import { COLUMNS, EVENT_ARTIFACTS } from "@kym/kym-schema";
import type { CellValue, ReadOptions, ZarrImageRecord } from "@kym/zarr-store";
import { columnOf } from "@kym/zarr-store/table/reading";
import type { Table } from "apache-arrow";
import {
  type ArtifactRef,
  findArtifact,
  loadTableArtifact,
  tableArtifact,
} from "../../indexer/artifact-ref.ts";
import { finiteCell } from "../../indexer/finite-cell.ts";

/** The events of an image that people added, counted. */
export interface UsersAdded {
  /** Over the whole image; null if the image has no events artifact, or its events have no types. */
  readonly count: number | null;
  /** By ROI: the sum in s, and the number, of the known durations. A ROI without one is absent. */
  readonly durations: Readonly<Record<string, { readonly sumS: number; readonly n: number }>>;
}

/** The artifacts that {@link loadUsersAdded} reads. */
export const USERS_ADDED_SOURCES: readonly ArtifactRef[] = EVENT_ARTIFACTS.tables.flatMap(tableArtifact);

/** The `event_type` of an event that a person marked; the detector has types of its own. */
const USER_ADDED = "User Added";

const NOT_KNOWN: UsersAdded = { count: null, durations: {} };

/**
 * Counts the events that people added. As in `radon_report_db.csv`, the count is over all ROIs, while durations are by
 * ROI. A duration is `duration_s`, or the time from start to end if that is missing.
 *
 * @throws {ZarrStoreError} `invalid_file`, `modified_outside`
 */
export async function loadUsersAdded(
  record: ZarrImageRecord,
  options: ReadOptions = {},
): Promise<UsersAdded> {
  const found = findArtifact(USERS_ADDED_SOURCES, await record.objectHashes());
  if (found === undefined) {
    return NOT_KNOWN;
  }
  const plain =
    found.format === "parquet" ? await record.tables.loadPlainRows(found.name, COUNTED, options) : undefined;
  return plain === undefined
    ? countUsersAdded(await loadTableArtifact(record, found, { ...options, memory: "shared" }))
    : countAdded((name) =>
        plain.schema.columns.some((column) => column.name === name)
          ? plain.rows.map((row) => row[name])
          : undefined,
      );
}

const COUNTED = [COLUMNS.eventType, COLUMNS.roiId, COLUMNS.duration, COLUMNS.start, COLUMNS.end];

type CellsOf = (name: string) => readonly (CellValue | undefined)[] | undefined;

/** Counts as {@link loadUsersAdded} does, in a table of events. */
export function countUsersAdded(events: Table): UsersAdded {
  return countAdded((name) =>
    events.schema.fields.some((field) => field.name === name) ? columnOf(events, name) : undefined,
  );
}

function countAdded(cellsOf: CellsOf): UsersAdded {
  const types = cellsOf(COLUMNS.eventType);
  if (types === undefined) {
    return NOT_KNOWN;
  }
  const roiIds = cellsOf(COLUMNS.roiId);
  const durations = cellsOf(COLUMNS.duration);
  const starts = cellsOf(COLUMNS.start);
  const ends = cellsOf(COLUMNS.end);
  const added = [...types.keys()].filter((row) => types[row] === USER_ADDED);
  const byRoi = new Map<string, { readonly sumS: number; readonly n: number }>();
  for (const row of added) {
    const durationS = finiteCell(durations?.[row]) ?? difference(ends?.[row], starts?.[row]);
    if (durationS !== null) {
      const roiId = String(roiIds?.[row]);
      const { sumS, n } = byRoi.get(roiId) ?? { sumS: 0, n: 0 };
      byRoi.set(roiId, { sumS: sumS + durationS, n: n + 1 });
    }
  }
  return { count: added.length, durations: Object.fromEntries(byRoi) };
}

function difference(end: CellValue | undefined, start: CellValue | undefined): number | null {
  const [endS, startS] = [finiteCell(end), finiteCell(start)];
  return endS === null || startS === null ? null : endS - startS;
}
