// Compares what two scorers decided in two copies of a dataset: which images they accept, and of which type events are.

import { COLUMNS, EVENT_ARTIFACTS, loadMetadataText, parseMetadata } from "@kym/kym-schema";
import { isZarrStoreError, type Row, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { isPixelKey, PIXELS_NODE_KEY } from "@kym/zarr-store/layout";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { KymDatasetError } from "../errors.ts";
import {
  type ArtifactRef,
  findArtifact,
  loadTableArtifact,
  type ObjectHashes,
  tableArtifact,
} from "../indexer/artifact-ref.ts";
import { type Agreement, cohenKappa, type ScorePair } from "./cohen-kappa.ts";
import { countTypes, matchEvents, TYPE_COLUMNS, type TypeColumn } from "./match-events.ts";

export interface CompareScorersOptions {
  /** Compares only these images. Default: all. */
  readonly imageIds?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?:
    | ((event: { readonly done: number; readonly total: number; readonly imageId: string }) => void)
    | undefined;
}

/** The events of all compared images, by the values of one column. */
export interface EventAgreement {
  readonly column: TypeColumn;
  /** How many events each copy has of each type; "" for those without. Sorted by type. */
  readonly counts: readonly { readonly type: string; readonly first: number; readonly second: number }[];
  /** Of the events that both copies have by their id and of which both say the type. */
  readonly matched: Agreement;
}

/** Why something does not count. */
export interface LeftOut {
  readonly of: "accepted" | "events";
  /** What `n` counts. */
  readonly what: "image" | "event";
  readonly reason: string;
  readonly n: number;
  /** The images, or those in which the events are. */
  readonly imageIds: readonly string[];
}

/** The agreement of two scorers. */
export interface ScorerReport {
  /** The number of images that were compared. */
  readonly images: number;
  /** The categories are `accepted` and `rejected`. An image of which nothing is stored counts as accepted, as everywhere. */
  readonly accepted: Agreement;
  /** One per column in which any event of a copy has a type; `event_type` always. */
  readonly events: readonly EventAgreement[];
  readonly leftOut: readonly LeftOut[];
}

const EVENT_REFS: readonly ArtifactRef[] = EVENT_ARTIFACTS.tables.flatMap(tableArtifact);

/**
 * Compares two copies of a dataset, or two datasets with images of the same ids, without changing either. Images count if both
 * copies have them with the same pixels. Each copy is read as of its last commit at the call, one image at a time.
 *
 * @throws {KymDatasetError} `not_found` for an id in `imageIds` that neither copy has; `aborted`
 * @throws {ZarrStoreError} `integrity`, `io`
 */
export async function compareScorers(
  first: ZarrDataset,
  second: ZarrDataset,
  { imageIds, signal, onEvent }: CompareScorersOptions = {},
): Promise<ScorerReport> {
  const [a, b] = [await first.imageObjectHashes(), await second.imageObjectHashes()];
  const ids = wantedIds(a, b, imageIds);
  const tally = new Tally();
  for (const [done, id] of ids.entries()) {
    throwIfAborted(signal, KymDatasetError);
    const [ours, theirs] = [a.get(id), b.get(id)];
    if (ours === undefined || theirs === undefined) {
      tally.leaveOut("accepted", "image", `only in the ${ours === undefined ? "second" : "first"} copy`, id);
    } else if (!hasSamePixels(ours, theirs)) {
      tally.leaveOut("accepted", "image", "the pixels differ", id);
    } else {
      tally.images += 1;
      await compareAccepted(tally, id, [first, ours], [second, theirs]);
      await compareEvents(tally, id, [first, ours], [second, theirs], signal);
    }
    onEvent?.({ done: done + 1, total: ids.length, imageId: id });
  }
  return tally.report();
}

type Side = readonly [dataset: ZarrDataset, hashes: ObjectHashes];

function wantedIds(
  a: ReadonlyMap<string, unknown>,
  b: ReadonlyMap<string, unknown>,
  wanted: readonly string[] | undefined,
): readonly string[] {
  const missing = wanted?.find((id) => !a.has(id) && !b.has(id));
  if (missing !== undefined) {
    throw new KymDatasetError("not_found", `neither copy has an image ${missing}`, { path: missing });
  }
  return wanted ?? [...new Set([...a.keys(), ...b.keys()])].sort();
}

function hasSamePixels(a: ObjectHashes, b: ObjectHashes): boolean {
  const chunks = (hashes: ObjectHashes): string =>
    JSON.stringify([...hashes].filter(([key]) => isPixelKey(key) && key !== PIXELS_NODE_KEY).sort());
  return chunks(a) === chunks(b);
}

async function compareAccepted(tally: Tally, id: string, first: Side, second: Side): Promise<void> {
  const [a, b] = [await decisionOf(first, id), await decisionOf(second, id)];
  if (a === "unreadable" || b === "unreadable") {
    tally.leaveOut("accepted", "image", "the metadata cannot be read", id);
  } else {
    tally.accepted.push({ first: a, second: b, count: 1 });
  }
}

async function decisionOf([dataset]: Side, id: string): Promise<"accepted" | "rejected" | "unreadable"> {
  try {
    const text = await loadMetadataText(dataset.record(id, { asOf: "last look" }));
    return text === undefined || parseMetadata(text).accepted ? "accepted" : "rejected";
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file", "modified_outside")) {
      return "unreadable";
    }
    throw error;
  }
}

async function compareEvents(
  tally: Tally,
  id: string,
  first: Side,
  second: Side,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [a, b] = [await eventsOf(first, id, signal), await eventsOf(second, id, signal)];
  if (a === "none" && b === "none") {
    return;
  }
  if (a === "none" || b === "none") {
    tally.leaveOut("events", "image", `only the ${a === "none" ? "second" : "first"} copy has events`, id);
    return;
  }
  if (a === "unreadable" || b === "unreadable") {
    tally.leaveOut("events", "image", "the events cannot be read", id);
    return;
  }
  const { matched, onlyFirst, onlySecond, ambiguous, withoutId } = matchEvents(a, b);
  for (const column of TYPE_COLUMNS) {
    tally.count(column, "first", countTypes(a, column));
    tally.count(column, "second", countTypes(b, column));
    for (const { types } of matched) {
      const { first: ours, second: theirs } = types[column];
      if (ours !== null && theirs !== null) {
        tally.matched[column].push({ first: ours, second: theirs, count: 1 });
      } else if (ours !== theirs || column === COLUMNS.eventType) {
        tally.leaveOut("events", "event", `a copy does not say the ${column}`, id);
      }
    }
  }
  tally.leaveOut("events", "event", "only in the first copy", id, onlyFirst.length);
  tally.leaveOut("events", "event", "only in the second copy", id, onlySecond.length);
  tally.leaveOut("events", "event", "several events of a copy have one event_id", id, ambiguous.length);
  tally.leaveOut("events", "event", "without an event_id", id, withoutId);
}

async function eventsOf(
  [dataset, hashes]: Side,
  id: string,
  signal: AbortSignal | undefined,
): Promise<readonly Row[] | "none" | "unreadable"> {
  const found = findArtifact(EVENT_REFS, hashes);
  if (found === undefined) {
    return "none";
  }
  try {
    const record = dataset.record(id, { asOf: "last look" });
    return [...rowsOf(await loadTableArtifact(record, found, { signal, memory: "shared" }))];
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file", "modified_outside", "not_supported")) {
      return "unreadable";
    }
    throw error;
  }
}

/** What was counted so far. */
class Tally {
  images = 0;
  readonly accepted: ScorePair[] = [];
  readonly matched: Readonly<Record<TypeColumn, ScorePair[]>> = {
    [COLUMNS.eventType]: [],
    [COLUMNS.userType]: [],
  };
  readonly #counts = new Map<TypeColumn, Map<string, { first: number; second: number }>>();
  readonly #leftOut = new Map<string, Omit<LeftOut, "imageIds"> & { n: number; ids: Set<string> }>();

  count(column: TypeColumn, side: "first" | "second", types: ReadonlyMap<string, number>): void {
    const counts = this.#counts.get(column) ?? new Map<string, { first: number; second: number }>();
    this.#counts.set(column, counts);
    for (const [type, n] of types) {
      const before = counts.get(type) ?? { first: 0, second: 0 };
      counts.set(type, { ...before, [side]: before[side] + n });
    }
  }

  leaveOut(of: LeftOut["of"], what: LeftOut["what"], reason: string, imageId: string, n = 1): void {
    if (n > 0) {
      const key = `${of} ${what} ${reason}`;
      const entry = this.#leftOut.get(key) ?? { of, what, reason, n: 0, ids: new Set<string>() };
      entry.n += n;
      entry.ids.add(imageId);
      this.#leftOut.set(key, entry);
    }
  }

  report(): ScorerReport {
    return {
      images: this.images,
      accepted: cohenKappa(this.accepted),
      events: TYPE_COLUMNS.map((column) => ({
        column,
        counts: [...(this.#counts.get(column) ?? [])]
          .map(([type, counts]) => ({ type, ...counts }))
          .sort((x, y) => (x.type < y.type ? -1 : 1)),
        matched: cohenKappa(this.matched[column]),
      })).filter(
        ({ column, counts }) => column === COLUMNS.eventType || counts.some(({ type }) => type !== ""),
      ),
      leftOut: [...this.#leftOut.values()].map(({ ids, ...entry }) => ({ ...entry, imageIds: [...ids] })),
    };
  }
}
