// Builds the table of all images that `kym ls` and viewers show, from manifest, ledgers and pooled tables.

import { COLUMNS } from "@kym/kym-schema";
import { ANALYSIS_STATES } from "@kym/kym-schema/calibration";
import { IMAGE_LIST_COLUMNS } from "@kym/kym-schema/tables";
import { type Column, isZarrStoreError, type ReadOptions, type Row, type ZarrDataset } from "@kym/zarr-store";
import { whenAllDone } from "@kym/zarr-store/runtime";
import { loadArrow, tableFromRows } from "@kym/zarr-store/table/lazy";
import { columnOf } from "@kym/zarr-store/table/reading";
import type { Table } from "apache-arrow";
import { NO_OBJECTS } from "../indexer/artifact-ref.ts";
import type { Indexer } from "../indexer/indexer.ts";
import { velocityEventIndexer } from "../indexers/events/velocity-events.ts";
import { radonIndexer } from "../indexers/radon/radon.ts";
import type { InputHashes } from "../staleness/input-hashes.ts";
import { loadLedgerAndTable } from "../staleness/load-ledger-and-table.ts";
import { RunMemory } from "../staleness/run-memory.ts";
import { decideStalenessFromHashes, type RecordedIndex } from "../staleness/staleness.ts";
import { type ListedRecord, listRecords } from "./summarize-records.ts";

export interface ViewTableOptions extends ReadOptions {
  /** The indexers whose tables are shown. Default: velocity events and radon. */
  readonly indexers?: readonly Indexer[] | undefined;
}

/** From worst to best. If an image's rows differ, the worst is shown. */
const STATES: readonly string[] = ANALYSIS_STATES;

/**
 * Builds a table with one row per image, sorted by time of acquisition, then id. Images without a time come last. It
 * reads the manifest, the ledgers and the pooled tables, and opens no record.
 *
 * Each indexer's table adds three columns:
 *
 * | column | content |
 * |---|---|
 * | `n_rows_<table>` | the number of the image's rows |
 * | `staleness_<table>` | `fresh`, `stale`, `not_analysed`; `unknown` if params or context would have to be read |
 * | `analysis_state_<table>` | the worst state of the image's rows; NULL if the table does not have the column |
 *
 * @example
 * for (const { image_id, staleness_kym_radon } of rowsOf(await buildDatasetViewTable(dataset))) {
 *   console.log(image_id, staleness_kym_radon);
 * }
 * A table or ledger whose file is lost counts as not there, with a warning.
 *
 * @throws {ZarrStoreError} errors of reading the manifest and the tables
 */
export async function buildDatasetViewTable(
  dataset: ZarrDataset,
  options: ViewTableOptions = {},
): Promise<Table> {
  const { indexers = [velocityEventIndexer, radonIndexer], signal } = options;
  return dataset.readConsistently(async () => {
    const images = await listRecords(dataset, { signal });
    const hashes = await whenAllDone(
      images.map(async ({ imageId }) => [imageId, await dataset.record(imageId).objectHashes()] as const),
    );
    const hashesById = new Map(hashes);
    const views = await whenAllDone(indexers.map((indexer) => loadView(dataset, indexer, { signal })));
    const rows = [...images].sort(byTime).map((image): Row => {
      const objects = hashesById.get(image.imageId) ?? NO_OBJECTS;
      return Object.assign(rowOf(image), ...views.map((view) => view.cellsOf(image.imageId, objects)));
    });
    await loadArrow();
    return tableFromRows(rows, {
      columns: [...IMAGE_LIST_COLUMNS, ...views.flatMap(({ columns }) => columns)],
    });
  });
}

function rowOf(summary: ListedRecord): Row {
  return {
    image_id: summary.imageId,
    rel_path: summary.relPath,
    acquired_local_epoch_ns: summary.acquiredLocalEpochNs,
    shape: summary.shape?.join("x") ?? null,
    dtype: summary.dtype,
    axes: summary.axes?.join(",") ?? null,
    um_per_px: summary.umPerPx,
    seconds_per_line: summary.secondsPerLine,
    n_rois: summary.nRois === null ? null : BigInt(summary.nRois),
    note: summary.note,
    treatment: summary.treatment,
    condition: summary.condition,
    accepted: summary.accepted,
  };
}

function byTime(a: ListedRecord, b: ListedRecord): number {
  const [x, y] = [a.acquiredLocalEpochNs, b.acquiredLocalEpochNs];
  const byId = a.imageId < b.imageId ? -1 : Number(a.imageId > b.imageId);
  if (x === null || y === null) {
    return x === y ? byId : x === null ? 1 : -1;
  }
  return x === y ? byId : x < y ? -1 : 1;
}

interface IndexView {
  readonly columns: readonly Column[];
  readonly cellsOf: (imageId: string, hashes: ReadonlyMap<string, string>) => Row;
}

async function loadView(dataset: ZarrDataset, indexer: Indexer, options: ReadOptions): Promise<IndexView> {
  const { tableName } = indexer;
  const [count, staleness, state] = [
    `n_rows_${tableName}`,
    `staleness_${tableName}`,
    `analysis_state_${tableName}`,
  ];
  const memory = new RunMemory(dataset.runtime);
  const hasher = memory.hasherOf(indexer);
  const recorded = await loadLedgerAndTable(dataset, indexer, memory, { ...options, mayBeLost: true });
  const states = await loadStates(dataset, tableName, options);
  return {
    columns: [
      { name: count, type: "int64", nullable: false },
      { name: staleness, type: "utf8", nullable: false },
      { name: state, type: "utf8" },
    ],
    cellsOf: (imageId, hashes) => ({
      [count]: BigInt(recorded.of(imageId).rows.count),
      [staleness]: stalenessOf(indexer, recorded.of(imageId), hasher.hashesOf(hashes)),
      [state]: states.get(imageId) ?? null,
    }),
  };
}

function stalenessOf(indexer: Indexer, recorded: RecordedIndex, found: InputHashes): string {
  const current = { analysisVersion: indexer.analysisVersion, ...found };
  return decideStalenessFromHashes(recorded, current)?.state ?? "unknown";
}

/** Finds the worst state of each image's rows. */
async function loadStates(
  dataset: ZarrDataset,
  tableName: string,
  options: ReadOptions,
): Promise<ReadonlyMap<string, string>> {
  const worst = new Map<string, string>();
  const table = await loadIfThere(dataset, tableName, options);
  if (table?.getChild(COLUMNS.analysisState) == null) {
    return worst;
  }
  const states = columnOf(table, COLUMNS.analysisState);
  for (const [row, id] of columnOf(table, COLUMNS.imageId).entries()) {
    const state = states[row];
    if (typeof id !== "string" || typeof state !== "string") {
      continue;
    }
    const before = worst.get(id);
    if (before === undefined || STATES.indexOf(state) < STATES.indexOf(before)) {
      worst.set(id, state);
    }
  }
  return worst;
}

async function loadIfThere(
  dataset: ZarrDataset,
  name: string,
  options: ReadOptions,
): Promise<Table | undefined> {
  try {
    return await dataset.loadTable(name, { ...options, ifLost: "absent" });
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return undefined;
    }
    throw error;
  }
}
