// Brings what another copy of a dataset did into this one, in commits of bounded size.

import { ARTIFACTS } from "@kym/kym-schema";
import { conflictNames, loadOpenConflicts, THEIRS_REMOVED, WHOLE_IMAGE_KEY } from "@kym/kym-schema/merge";
import type { DatasetContents, SourceRow, ZarrDataset } from "@kym/zarr-store";
import { keptImageFolder, keptObjectPath } from "@kym/zarr-store/layout";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { KymDatasetError } from "../errors.ts";
import type { ObjectHashes } from "../indexer/artifact-ref.ts";
import type { ImageDecision } from "./decide-image.ts";
import { copyObjects, isEmptyChange, openWholeImage, writeImageChange } from "./image-change.ts";
import { neededHistory } from "./image-versions.ts";
import { mergeImage } from "./merge-image.ts";
import { type ImageConflict, loadImageConflicts, saveImageConflicts } from "./open/image-conflicts.ts";
import { bringKeptImage, keepImage, keptNameOf } from "./open/kept-images.ts";
import { type ListedImages, listImages, mergeLists, withImagesHere, withLists } from "./open/list-images.ts";
import type { MergedImageConflicts } from "./open/merge-image-conflicts.ts";
import { type PullStart, startPull } from "./pull-base.ts";
import { PullDecisions } from "./pull-decisions.ts";
import { pullDetails } from "./pull-note.ts";
import type { PullConflict, PulledImage, PullReport } from "./pull-report.ts";
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
 * - An image that one copy deleted goes if the other left it alone. If the other changed it, what is here stays: the image, with the
 *   deletion as its open conflict, or none. What came of an image that was deleted here is kept whole beside the dataset.
 * - An image with other pixels under one id, and one that both copies ingested from the same file, are left out, and kept in the same
 *   way. `loadImageConflicts` lists what is kept, and `settleImageConflict` takes it or gives it up. What the other copy left out, and
 *   keeps just as it is here, goes here as well and is kept: so both copies have the same after pulls in both directions.
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
  const { known, lists, isOpen } = await listImages(start, dataset, other, options);
  const pull = new Pull(dataset, other, known, { sources, lists }, options);
  return start.hasNews || isOpen ? pull.run() : pull.report();
}

class Pull {
  readonly #dataset: ZarrDataset;
  readonly #other: ZarrDataset;
  readonly #start: PullStart;
  readonly #sources: PulledSources;
  readonly #lists: ListedImages;
  readonly #decisions: PullDecisions;
  readonly #options: PullOptions;
  readonly #images: PulledImage[] = [];
  /** Whether something differs in the other copy, even if all stays as it is here: then it is known that it was looked at. */
  #isDecided = false;
  readonly #versions: number[] = [];
  #tables: PullReport["tables"] = { taken: [], conflicts: [] };
  #sourceRows = 0;

  constructor(
    dataset: ZarrDataset,
    other: ZarrDataset,
    start: PullStart,
    { sources, lists }: { readonly sources: PulledSources; readonly lists: ListedImages },
    options: PullOptions,
  ) {
    this.#dataset = dataset;
    this.#other = other;
    this.#start = start;
    this.#sources = sources;
    this.#lists = lists;
    this.#decisions = new PullDecisions(start, sources, lists);
    this.#options = options;
  }

  async run(): Promise<PullReport> {
    const { ours, theirs } = this.#start;
    const { here, there } = this.#lists;
    const listed = new Set([...here, ...there.keys()]);
    const ids = [...new Set([...ours.keys(), ...theirs.keys(), ...listed])]
      .filter((id) => listed.has(id) || this.#isChanged(id))
      .sort();
    this.#isDecided = ids.some((id) => this.#isChanged(id));
    for (let at = 0; at === 0 || at < ids.length; at += BATCH_IMAGES) {
      throwIfAborted(this.#options.signal, KymDatasetError);
      const batch = ids.slice(at, at + BATCH_IMAGES);
      await this.#runBatch(batch, { at, total: ids.length, isLast: at + BATCH_IMAGES >= ids.length });
    }
    return this.report();
  }

  #isChanged(id: string): boolean {
    return this.#decisions.of(id, this.#start.ours.get(id)).kind !== "same";
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
        message: messageOf(batch.filter((id) => this.#isChanged(id)).length, from, names),
        details: pullDetails({ ...taken, from, persons: names, isComplete: where.isLast }),
        evenIfUnchanged: where.isLast && hasNews && (isRecorded || this.#isDecided),
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
    const inBatch = new Set(batch);
    const before = Map.groupBy(await loadImageConflicts(view, this.#options), ({ imageId }) => imageId);
    const listed = [...before.values()].flat().filter(({ imageId }) => !inBatch.has(imageId));
    for (const [index, id] of batch.entries()) {
      throwIfAborted(this.#options.signal, KymDatasetError);
      const ours = await view.record(id).objectHashes();
      const pulled = await this.#pullImage(view, id, ours.size === 0 ? undefined : ours);
      const own = before.get(id) ?? [];
      const merged = await mergeLists(this.#lists, {
        ...{ imageId: id, own: ours, ours: own, opened: pulled?.opened, outcome: pulled?.image.outcome },
        ...{ wasHere: ours.size > 0, their: this.#start.theirs.get(id), from: this.#other.location },
        at: this.#dataset.location,
        runtime: this.#dataset.runtime,
      });
      await this.#bringAlong(view, merged);
      listed.push(...merged.open);
      const image = withLists(pulled?.image, this.#untouched(id), own, merged);
      images.push(...(image === undefined ? [] : [image]));
      onEvent?.({ imageId: id, done: at + index + 1, total });
    }
    const ledger = this.#rowsFor(isLast ? undefined : new Set(batch));
    const tables = isLast ? await decideTables(view, this.#other, this.#start) : undefined;
    if (!dryRun) {
      await appendRows(view, ledger, this.#options);
      if (tables !== undefined) {
        await writeTables(view, this.#other, tables, this.#options);
      }
      const rows = isLast ? withImagesHere(listed, this.#lists, new Set(await view.listImageIds())) : listed;
      await saveImageConflicts(view, rows, this.#options);
    }
    return {
      images,
      sourceRows: ledger.length,
      tables: { taken: tables?.taken ?? [], conflicts: tables?.conflicts ?? [] },
    };
  }

  async #bringAlong(view: DatasetContents, { along }: MergedImageConflicts): Promise<void> {
    for (const { imageId, keptAs } of this.#options.dryRun === true ? [] : along) {
      const kept = { imageId, name: keptAs ?? "" };
      const theirs = await bringKeptImage(view, this.#other, kept, this.#options);
      const pathOf = (key: string): string => keptObjectPath(imageId, kept.name, key);
      await this.#keepHistory(view, imageId, theirs, pathOf);
    }
  }

  #untouched(imageId: string): PulledImage {
    const persons = [...(this.#start.personsOf.get(imageId) ?? [])].sort();
    return { imageId, outcome: "changed", taken: [], conflicts: [], openThere: [], persons };
  }

  /** The rows of the ledger for some images, or all that are left. Those of an image that is left out stay away. */
  #rowsFor(imageIds: ReadonlySet<string> | undefined): readonly SourceRow[] {
    const { rows } = this.#sources;
    return [...rows]
      .filter(([id]) => !this.#decisions.isLeftOut(id) && (imageIds?.has(id) ?? true))
      .flatMap(([, own]) => own);
  }

  async #pullImage(
    view: DatasetContents,
    id: string,
    ours: ObjectHashes | undefined,
  ): Promise<Pulled | undefined> {
    const their = this.#start.theirs.get(id);
    const decision = this.#decisions.of(id, ours);
    const image = this.#untouched(id);
    switch (decision.kind) {
      case "same":
        return undefined;
      case "new":
      case "gone": {
        const same = this.#decisions.sameFileOf(id);
        if (same !== undefined) {
          const reason = `both copies ingested this file by themselves; here it is ${same}`;
          return this.#keepWhole(view, image, their, { because: "same_file", here: same, reason });
        }
        if (decision.kind === "gone") {
          const reason = "deleted here, and changed in the other copy";
          return this.#keepWhole(view, image, their, { because: "deleted_here", here: id, reason });
        }
        await this.#copy(view, id, their ?? new Map());
        return { image: { ...image, outcome: "new", openThere: await this.#openThere(id) } };
      }
      case "deleted":
        if (this.#options.dryRun !== true) {
          await view.deleteImage(id, this.#options);
        }
        return { image: { ...image, outcome: "deleted" } };
      case "kept": {
        await this.#openWhole(view, id, THEIRS_REMOVED);
        const conflicts = [wholeConflict("deleted in the other copy, and changed here", [])];
        return { image: { ...image, outcome: "kept", conflicts } };
      }
      case "replaced":
        await this.#copy(view, id, their ?? new Map(), ours);
        return { image: { ...image, outcome: "replaced", openThere: await this.#openThere(id) } };
      case "other pixels": {
        const reason = "the other copy has an image of this id with other pixels";
        return this.#keepWhole(view, image, their, { because: "other_pixels", here: id, reason });
      }
      case "changed": {
        const changed = await this.#merge(view, image, decision, ours ?? new Map(), their ?? new Map());
        return changed && { image: changed };
      }
      default:
        return decision satisfies never;
    }
  }

  /** Keeps an image of the other copy beside the dataset, where it can be taken later without that copy. */
  async #keepWhole(
    view: DatasetContents,
    image: PulledImage,
    theirs: ObjectHashes = new Map(),
    { reason, ...why }: Pick<ImageConflict, "because" | "here"> & { readonly reason: string },
  ): Promise<Pulled> {
    const { imageId } = image;
    const name = await keptNameOf(theirs, this.#dataset.runtime);
    if (this.#options.dryRun !== true) {
      await keepImage(view, this.#other, { imageId, name }, theirs, this.#options);
      await this.#keepHistory(view, imageId, theirs);
    }
    const sources = why.because === "same_file" ? (this.#sources.rows.get(imageId) ?? []) : [];
    const from = this.#other.location;
    return {
      image: {
        ...image,
        outcome: why.because === "deleted_here" ? "gone" : "left",
        conflicts: [wholeConflict(reason, [keptImageFolder(imageId, name)])],
      },
      opened: { imageId, ...why, from, isSettled: false, keptAs: name, sources },
    };
  }

  async #keepHistory(
    view: DatasetContents,
    imageId: string,
    theirs: ObjectHashes,
    pathOf?: (key: string) => string,
  ): Promise<void> {
    const versions = { imageId, dataset: this.#dataset, other: this.#other, theirs };
    for (const bytes of await neededHistory(versions, this.#options, pathOf)) {
      await view.exact.keepInHistory(bytes, this.#options);
    }
  }

  async #merge(
    view: DatasetContents,
    image: PulledImage,
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

  async #copy(
    view: DatasetContents,
    imageId: string,
    theirs: ObjectHashes,
    ours: ObjectHashes = new Map(),
  ): Promise<void> {
    if (this.#options.dryRun === true) {
      return;
    }
    const gone = new Map([...ours.keys()].map((key) => [key, null]));
    await copyObjects(view, this.#other, imageId, new Map([...gone, ...theirs]), this.#options);
    await this.#keepHistory(view, imageId, theirs);
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

/** What was done with one image, and the conflict about it as a whole that this opens. */
interface Pulled {
  readonly image: PulledImage;
  readonly opened?: ImageConflict;
}

function wholeConflict(reason: string, attachments: readonly string[]): PullConflict {
  return { key: WHOLE_IMAGE_KEY, fields: undefined, attachments, reason };
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
