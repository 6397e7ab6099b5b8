// Brings what another copy of a dataset did into this one, in commits of bounded size.

import { ARTIFACTS } from "@kym/kym-schema";
import { conflictNames, loadOpenConflicts, THEIRS_IS_HERE, THEIRS_REMOVED } from "@kym/kym-schema/merge";
import type { DatasetContents, SourceRow, ZarrDataset } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { KymDatasetError } from "../errors.ts";
import type { ObjectHashes } from "../indexer/artifact-ref.ts";
import { decideImage, type ImageDecision } from "./decide-image.ts";
import { copyObjects, isEmptyChange, openWholeImage, writeImageChange } from "./image-change.ts";
import { neededHistory } from "./image-versions.ts";
import { mergeImage } from "./merge-image.ts";
import { type ImageConflict, keepImageConflicts, loadImageConflicts } from "./open/image-conflicts.ts";
import { type PullStart, startPull } from "./pull-base.ts";
import { pullDetails } from "./pull-note.ts";
import type { PulledImage, PullReport } from "./pull-report.ts";
import { appendRows, compareSources, decideTables, type PulledSources, writeTables } from "./pull-tables.ts";

export interface PullOptions {
  /** Says what would be done, and writes nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?:
    | ((event: { readonly imageId: string; readonly done: number; readonly total: number }) => void)
    | undefined;
}

const BATCH_IMAGES = 64;

/**
 * Brings what another copy of the dataset did into this one, since the last commit that both have, or since the last pull: images that it added or
 * deleted, and what it changed of the others, by a merge with what was changed here. The other copy is only read.
 *
 * - A field, ROI, event or artifact that only the other copy changed becomes what it is there. What both changed to different values
 *   stays as it is here; what came lies in `attachments/` and is listed by `loadOpenConflicts`.
 * - An image that one copy deleted goes if the other left it alone. If the other changed it, it is here afterwards, and the deletion is
 *   an open conflict of the image.
 * - An image with other pixels under one id, and one that both copies ingested from the same file, are left out.
 *   `loadImageConflicts` lists them. Each pull decides about them again until they are settled, and then only when the image here is
 *   gone. What the other copy left out counts as never deleted there.
 * - A pooled table that both changed stays as it is here. `loadTableConflicts` lists it, and what came is kept as another table.
 * - A pull is one commit for up to 64 images. Each names the persons whose work it brings; the last one also names the commit of the
 *   other copy that was pulled. After a stop, the next pull goes on.
 * - Tables that an index makes are left to the next index.
 *
 * One object is in memory at a time, and the artifacts of one image that are merged.
 *
 * @throws {KymDatasetError} `unrelated` if the logs have no commit in common; `aborted`
 * @throws {ZarrStoreError} `read_only`, `conflict`, `modified_outside`, `integrity`, `io`
 * @example
 * const { images } = await pullDataset(dataset, other);
 */
export async function pullDataset(
  dataset: ZarrDataset,
  other: ZarrDataset,
  options: PullOptions = {},
): Promise<PullReport> {
  const start = await startPull(dataset, other, options);
  const sources = await compareSources(dataset, other, start);
  const leftOut = await loadImageConflicts(dataset, options);
  const known = withoutBaseOf(start, leftOut, await loadImageConflicts(other, options));
  const pull = new Pull(dataset, other, known, sources, options);
  const isOpen = leftOut.some(({ imageId }) => known.theirs.has(imageId));
  return start.hasNews || isOpen ? pull.run() : pull.report();
}

/**
 * An image that one of the copies left out has never come there, so the copies have no base of it: it is decided again here, and was not
 * deleted there. One that is settled does not count as there while the image here stands.
 */
function withoutBaseOf(
  start: PullStart,
  leftOutHere: readonly ImageConflict[],
  leftOutThere: readonly ImageConflict[],
): PullStart {
  const ids = new Set([...leftOutHere, ...leftOutThere].map(({ imageId }) => imageId));
  const settled = leftOutHere.filter(({ isSettled, here }) => isSettled && start.ours.has(here));
  const notWanted = new Set(settled.map(({ imageId }) => imageId));
  const theirs = new Map([...start.theirs].filter(([id]) => !notWanted.has(id)));
  return { ...start, theirs, baseOf: (id) => (ids.has(id) ? undefined : start.baseOf(id)) };
}

class Pull {
  readonly #dataset: ZarrDataset;
  readonly #other: ZarrDataset;
  readonly #start: PullStart;
  readonly #sources: PulledSources;
  readonly #options: PullOptions;
  readonly #images: PulledImage[] = [];
  readonly #versions: number[] = [];
  #tables: PullReport["tables"] = { taken: [], conflicts: [] };
  #sourceRows = 0;

  constructor(
    dataset: ZarrDataset,
    other: ZarrDataset,
    start: PullStart,
    sources: PulledSources,
    options: PullOptions,
  ) {
    this.#dataset = dataset;
    this.#other = other;
    this.#start = start;
    this.#sources = sources;
    this.#options = options;
  }

  async run(): Promise<PullReport> {
    const { ours, theirs, baseOf } = this.#start;
    const ids = [...new Set([...ours.keys(), ...theirs.keys()])]
      .filter((id) => decideImage(baseOf(id), ours.get(id), theirs.get(id)).kind !== "same")
      .sort();
    for (let at = 0; at === 0 || at < ids.length; at += BATCH_IMAGES) {
      throwIfAborted(this.#options.signal, KymDatasetError);
      const batch = ids.slice(at, at + BATCH_IMAGES);
      await this.#runBatch(batch, { at, total: ids.length, isLast: at + BATCH_IMAGES >= ids.length });
    }
    return this.report();
  }

  report(): PullReport {
    const { base, taken, hasNews } = this.#start;
    return {
      from: this.#other.location,
      taken,
      base,
      hasNews,
      images: this.#images,
      tables: this.#tables,
      sources: this.#sourceRows,
      persons: personsOf(this.#images),
      versions: this.#versions,
    };
  }

  /** Pulls some images in one commit; in a dry run, looks at them without one. */
  async #runBatch(
    batch: readonly string[],
    where: { readonly at: number; readonly total: number; readonly isLast: boolean },
  ): Promise<void> {
    const { dryRun, signal } = this.#options;
    let done: Batch = NOTHING;
    const run = async (view: DatasetContents): Promise<void> => {
      done = await this.#pullBatch(view, batch, where);
    };
    if (dryRun === true) {
      await run(this.#dataset);
    } else {
      const { hasNews, isRecorded, taken, personsOf: persons } = this.#start;
      const names = [...new Set(batch.flatMap((id) => [...(persons.get(id) ?? [])]))].sort();
      const from = this.#other.location;
      const commit = await this.#dataset.transaction(run, {
        message: messageOf(batch.length, from, names),
        details: pullDetails({ ...taken, from, persons: names, isComplete: where.isLast }),
        evenIfUnchanged: where.isLast && hasNews && isRecorded,
        signal,
      });
      if (commit.committed) {
        this.#versions.push(commit.version);
      }
    }
    this.#images.push(...done.images);
    this.#sourceRows += done.sourceRows;
    this.#tables = done.tables;
  }

  async #pullBatch(
    view: DatasetContents,
    batch: readonly string[],
    { at, total, isLast }: { readonly at: number; readonly total: number; readonly isLast: boolean },
  ): Promise<Batch> {
    const { dryRun = false, onEvent } = this.#options;
    const images: PulledImage[] = [];
    for (const [index, id] of batch.entries()) {
      throwIfAborted(this.#options.signal, KymDatasetError);
      const image = await this.#pullImage(view, id);
      images.push(...(image === undefined ? [] : [image]));
      onEvent?.({ imageId: id, done: at + index + 1, total });
    }
    const rows = this.#rowsFor(isLast ? undefined : new Set(batch));
    const tables = isLast ? await decideTables(view, this.#other, this.#start) : undefined;
    if (!dryRun) {
      await appendRows(view, rows, this.#options);
      if (tables !== undefined) {
        await writeTables(view, this.#other, tables, this.#options);
        const leftOut = [...this.#images, ...images].flatMap((image) => this.#leftOut(image));
        await keepImageConflicts(view, leftOut, this.#isOver([...this.#images, ...images]), this.#options);
      }
    }
    return {
      images,
      sourceRows: rows.length,
      tables: { taken: tables?.taken ?? [], conflicts: tables?.conflicts ?? [] },
    };
  }

  #leftOut({ imageId, outcome }: PulledImage): readonly ImageConflict[] {
    if (outcome !== "left") {
      return [];
    }
    const same = this.#sources.sameFile.get(imageId);
    const because = same === undefined ? "other_pixels" : "same_file";
    return [{ imageId, here: same ?? imageId, because, from: this.#other.location, isSettled: false }];
  }

  /** An image that was left out before, and that came now. */
  #isOver(images: readonly PulledImage[]): (conflict: ImageConflict) => boolean {
    const came = new Set(images.map(({ imageId }) => imageId));
    return ({ imageId }) => came.has(imageId);
  }

  /** The rows of the ledger for some images, or all that are left. Those of an image that is left out stay away. */
  #rowsFor(imageIds: ReadonlySet<string> | undefined): readonly SourceRow[] {
    const { rows, sameFile } = this.#sources;
    return [...rows]
      .filter(([id]) => !sameFile.has(id) && (imageIds?.has(id) ?? true))
      .flatMap(([, own]) => own);
  }

  async #pullImage(view: DatasetContents, id: string): Promise<PulledImage | undefined> {
    const { baseOf, theirs } = this.#start;
    const hashes = await view.record(id).objectHashes();
    const ours = hashes.size === 0 ? undefined : hashes;
    const their = theirs.get(id);
    const decision = decideImage(baseOf(id), ours, their);
    const persons = [...(this.#start.personsOf.get(id) ?? [])].sort();
    const image = { imageId: id, taken: [], conflicts: [], openThere: [], persons };
    const whole = (reason: string): PulledImage["conflicts"] => [
      { key: "", fields: undefined, attachments: [], reason },
    ];
    switch (decision.kind) {
      case "same":
        return undefined;
      case "new":
      case "returned": {
        const same = this.#sources.sameFile.get(id);
        if (same !== undefined) {
          const reason = `both copies ingested this file by themselves; here it is ${same}`;
          return { ...image, outcome: "left", conflicts: whole(reason) };
        }
        await this.#copy(view, id, their ?? new Map());
        const openThere = await this.#openThere(id);
        if (decision.kind === "new") {
          return { ...image, outcome: "new", openThere };
        }
        await this.#openWhole(view, id, THEIRS_IS_HERE);
        const conflicts = whole("deleted here, and changed in the other copy");
        return { ...image, outcome: "returned", conflicts, openThere };
      }
      case "deleted":
        if (this.#options.dryRun !== true) {
          await view.deleteImage(id, this.#options);
        }
        return { ...image, outcome: "deleted" };
      case "kept":
        await this.#openWhole(view, id, THEIRS_REMOVED);
        return { ...image, outcome: "kept", conflicts: whole("deleted in the other copy, and changed here") };
      case "other pixels":
        return {
          ...image,
          outcome: "left",
          conflicts: whole("the other copy has an image of this id with other pixels"),
        };
      case "changed":
        return this.#merge(view, image, decision, ours ?? new Map(), their ?? new Map());
      default:
        return decision satisfies never;
    }
  }

  async #merge(
    view: DatasetContents,
    image: Omit<PulledImage, "outcome">,
    { parts }: Extract<ImageDecision, { readonly kind: "changed" }>,
    ours: ObjectHashes,
    theirs: ObjectHashes,
  ): Promise<PulledImage | undefined> {
    const { imageId } = image;
    const base = this.#start.baseOf(imageId);
    const versions = { imageId, view, dataset: this.#dataset, other: this.#other, base, ours, theirs };
    const change = await mergeImage(versions, parts, this.#options);
    if (isEmptyChange(change)) {
      return undefined;
    }
    if (this.#options.dryRun !== true) {
      await writeImageChange(view, this.#other, imageId, change, this.#options);
    }
    const { taken, conflicts, openThere } = change;
    return { ...image, outcome: "changed", taken, conflicts, openThere };
  }

  async #copy(view: DatasetContents, imageId: string, theirs: ObjectHashes): Promise<void> {
    if (this.#options.dryRun === true) {
      return;
    }
    const other = this.#other;
    await copyObjects(view, other, imageId, theirs, this.#options);
    const needed = await neededHistory({ imageId, dataset: this.#dataset, other, theirs }, this.#options);
    for (const bytes of needed) {
      await view.record(imageId).files.keepInHistory(bytes, this.#options);
    }
  }

  async #openWhole(view: DatasetContents, imageId: string, theirs: string): Promise<void> {
    if (this.#options.dryRun !== true) {
      await openWholeImage(view, this.#other, imageId, theirs, this.#options);
    }
  }

  async #openThere(imageId: string): Promise<readonly string[]> {
    const record = this.#other.record(imageId, { asOf: "last look" });
    const isThere = (await record.json.list()).includes(ARTIFACTS.openConflicts);
    return isThere ? (await loadOpenConflicts(record)).flatMap(conflictNames) : [];
  }
}

/** What was done for some images. */
interface Batch {
  readonly images: readonly PulledImage[];
  readonly sourceRows: number;
  readonly tables: PullReport["tables"];
}

const NOTHING: Batch = { images: [], sourceRows: 0, tables: { taken: [], conflicts: [] } };

function personsOf(images: readonly PulledImage[]): readonly string[] {
  return [...new Set(images.flatMap(({ persons }) => persons))].sort();
}

function messageOf(count: number, from: string, persons: readonly string[]): string {
  const what = count === 0 ? "nothing new" : count === 1 ? "1 image" : `${count} images`;
  return `pull ${what} from ${from}${persons.length === 0 ? "" : `: work of ${persons.join(", ")}`}`;
}
