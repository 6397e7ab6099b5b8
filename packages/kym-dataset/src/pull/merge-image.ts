// Merges the parts of one image that changed in the other copy, and writes nothing.

import { isKymSchemaError } from "@kym/kym-schema";
import {
  type EventTable,
  type MergeConflict,
  type MetadataMerge,
  mergeEvents,
  mergeMetadata,
  metadataChanges,
  THEIRS_IN_ATTACHMENT,
  THEIRS_REMOVED,
  wordsOfField,
} from "@kym/kym-schema/merge";
import { type DatasetContents, isZarrStoreError, type ReadOptions } from "@kym/zarr-store";
import { canonicalJson } from "@kym/zarr-store/json";
import { imagePartOf, PIXELS_NODE_KEY, ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { attachmentKey, isKeptFile, type KeptFile, keptFile, theirsOf } from "./conflict-files.ts";
import { isGroupNode, type PulledPart } from "./decide-image.ts";
import type { ChangedText, ImageChange } from "./image-change.ts";
import {
  EVENT_KEYS,
  eventTable,
  type ImageVersions,
  loadVersion,
  METADATA_KEY,
  neededHistory,
  OPEN_KEY,
} from "./image-versions.ts";
import { type OpenedConflict, openAfterPull } from "./open-after-pull.ts";
import type { PullConflict } from "./pull-report.ts";

/**
 * Works out what a pull changes of an image, part by part. At most one file of each copy and of the base is in memory at a time,
 * beside what is to be written.
 *
 * @throws {ZarrStoreError} `integrity`, `conflict` if the other copy changed meanwhile, `io`
 */
export async function mergeImage(
  versions: ImageVersions,
  parts: readonly PulledPart[],
  options: ReadOptions,
): Promise<ImageChange> {
  const merge = new ImageMerge(versions, options);
  for (const part of parts) {
    await merge.add(part);
  }
  return merge.finish(parts.some(({ key }) => key === OPEN_KEY));
}

/** The text of metadata that say nothing. */
const NO_FIELDS = "{}";

class ImageMerge {
  readonly #versions: ImageVersions;
  readonly #options: ReadOptions;
  readonly #copies = new Map<string, string | null>();
  readonly #events = new Map<string, EventTable>();
  readonly #attachments: KeptFile[] = [];
  readonly #kept: Uint8Array<ArrayBuffer>[] = [];
  readonly #taken: string[] = [];
  readonly #conflicts: PullConflict[] = [];
  readonly #opened: OpenedConflict[] = [];
  #metadata: ChangedText | undefined;

  constructor(versions: ImageVersions, options: ReadOptions) {
    this.#versions = versions;
    this.#options = options;
  }

  async add(part: PulledPart): Promise<void> {
    const { key, how } = part;
    if (key === OPEN_KEY) {
      return;
    }
    if (key === METADATA_KEY) {
      await this.#addMetadata(part);
    } else if (how === "take") {
      await this.#takeNamed(part);
    } else if (EVENT_KEYS.has(key)) {
      await this.#addEvents(part, EVENT_KEYS.get(key) ?? "");
    } else if (key === PIXELS_NODE_KEY || isGroupNode(key)) {
      // The scales follow from the calibration, and the nodes of groups from what lies below them.
    } else if (key !== ZARR_NODE_NAME || !(await this.#hasSameAttributes())) {
      await this.#refuse(part, "both copies changed it");
    }
  }

  async finish(hasOpenOfTheirs: boolean): Promise<ImageChange> {
    const { open, openThere, kept } = await openAfterPull(this.#versions, this.#opened, hasOpenOfTheirs);
    if (this.#copies.has(ZARR_NODE_NAME) && this.#metadata === undefined) {
      // The attributes come with the summary of their metadata; it is made again from those that are here.
      const text = await this.#text("ours", METADATA_KEY);
      this.#metadata = text === undefined ? undefined : { before: text, after: text };
    }
    return {
      copies: this.#copies,
      metadata: this.#metadata,
      events: this.#events,
      attachments: this.#attachments,
      kept: [...this.#kept, ...kept, ...(await neededHistory(this.#versions, this.#options))],
      open,
      taken: this.#taken,
      conflicts: this.#conflicts,
      openThere,
    };
  }

  #take({ keys }: PulledPart): void {
    for (const each of keys) {
      this.#copies.set(each, this.#versions.theirs.get(each) ?? null);
    }
  }

  /** Takes a part, and names it: a table of events by its events. Nodes and what a conflict keeps have no name for people. */
  async #takeNamed(part: PulledPart): Promise<void> {
    const { key, keys } = part;
    this.#take(part);
    const events = EVENT_KEYS.has(key) ? await this.#changedEvents(key) : undefined;
    if (events !== undefined) {
      this.#taken.push(...events);
    } else if (key !== ZARR_NODE_NAME && key !== PIXELS_NODE_KEY && !isGroupNode(key) && !isKeptFile(key)) {
      this.#taken.push(keys.some((each) => this.#versions.theirs.has(each)) ? key : `${key} (deleted)`);
    }
  }

  /** Undefined if the events cannot be told apart, or differ in something else. */
  async #changedEvents(key: string): Promise<readonly string[] | undefined> {
    const [our, their] = [
      await eventTable(await loadVersion(this.#versions, "ours", key), key),
      await eventTable(await loadVersion(this.#versions, "theirs", key), key),
    ];
    const merge = our && their && mergeEvents({ base: our, ours: our, theirs: their });
    return merge?.outcome === "merged" && merge.taken.length > 0 ? merge.taken : undefined;
  }

  async #addMetadata(part: PulledPart): Promise<void> {
    const { key, how } = part;
    const bytes = await loadVersion(this.#versions, "theirs", key);
    if (bytes === undefined) {
      // No program of ours deletes metadata, so a deletion that another one made is not taken by itself.
      await this.#refuse(part, "the other copy deleted it");
      return;
    }
    const their = new TextDecoder().decode(bytes);
    const our = await this.#text("ours", key);
    const { base } = this.#versions;
    const was = base !== undefined && !base.has(key) ? NO_FIELDS : await this.#text("base", key);
    const merge = tryMerge(how === "take" ? (our ?? NO_FIELDS) : was, our ?? NO_FIELDS, their);
    if (merge === undefined) {
      if (how === "take") {
        this.#take(part);
      } else {
        await this.#refuse(part, "both copies changed it, and one of them is not a JSON object");
      }
      return;
    }
    // What says the same as theirs is taken byte for byte, its spelling included, so that both copies end with the same bytes.
    const isTheirs =
      metadataChanges(merge.merged, their).length === 0 && this.#prefersTheirs(key, merge.taken);
    const after = how === "take" || isTheirs ? their : merge.merged;
    if (after !== our) {
      this.#metadata = { before: our, after };
    }
    this.#taken.push(...merge.taken.map(wordsOfField));
    this.#addFields(key, merge.conflicts, bytes);
  }

  async #addEvents(part: PulledPart, name: string): Promise<void> {
    const { key } = part;
    const bytes = await loadVersion(this.#versions, "theirs", key);
    const [our, their, was] = [
      await eventTable(await loadVersion(this.#versions, "ours", key), key),
      await eventTable(bytes, key),
      await eventTable(await loadVersion(this.#versions, "base", key), key),
    ];
    if (our === undefined || their === undefined || bytes === undefined) {
      await this.#refuse(part, "both copies changed it, and one of them cannot be read or was deleted");
      return;
    }
    const { base } = this.#versions;
    const none = base !== undefined && !base.has(key) ? { schema: our.schema, rows: [] } : undefined;
    const merge = mergeEvents({ base: was ?? none, ours: our, theirs: their });
    if (merge.outcome !== "merged") {
      await this.#refuse(part, `both copies changed it, and ${merge.because}`);
      return;
    }
    this.#taken.push(...merge.taken);
    if (hasSameEvents(merge.merged, their)) {
      if (this.#prefersTheirs(key, merge.taken)) {
        this.#take(part);
      }
    } else if (merge.taken.length > 0) {
      this.#events.set(name, merge.merged);
    }
    this.#addFields(key, merge.conflicts, bytes);
  }

  /**
   * Of two files that say the same in two spellings, the one with the lower hash counts, so that both copies choose the same. A file
   * that says more than the one here counts in any case.
   */
  #prefersTheirs(key: string, taken: readonly string[]): boolean {
    const { ours, theirs } = this.#versions;
    return taken.length > 0 || (theirs.get(key) ?? "") < (ours.get(key) ?? "");
  }

  /** Opens a conflict about some fields of an artifact. */
  #addFields(key: string, conflicts: readonly MergeConflict[], bytes: Uint8Array<ArrayBuffer>): void {
    if (conflicts.length === 0) {
      return;
    }
    const sha256 = this.#versions.theirs.get(key) ?? "";
    const file = keptFile(key, sha256, bytes);
    const attachments = [attachmentKey(file)];
    const fields = conflicts.map(({ field, base, theirs }) => ({ field, base, theirs }));
    const theirs = theirsOf(sha256, bytes);
    this.#attachments.push(file);
    this.#opened.push({
      conflict: { key, theirs, from: [this.#from], attachments, fields, isFromCopy: true },
      document: bytes,
    });
    const names = conflicts.map(({ field }) => field);
    this.#conflicts.push({ key, fields: names, attachments, reason: "both copies changed it" });
  }

  /** Leaves a part as it is here, and keeps what came. */
  async #refuse({ key, keys }: PulledPart, reason: string): Promise<void> {
    const { theirs } = this.#versions;
    const objects = new Map<string, string>();
    let came = THEIRS_REMOVED;
    for (const each of keys) {
      const sha256 = theirs.get(each);
      const bytes = sha256 === undefined ? undefined : await loadVersion(this.#versions, "theirs", each);
      if (sha256 !== undefined && bytes !== undefined) {
        const file = keptFile(each, sha256, bytes);
        this.#attachments.push(file);
        objects.set(each, attachmentKey(file));
        const isFile = each === key && imagePartOf(key) !== undefined;
        came = isFile ? theirsOf(sha256, bytes) : THEIRS_IN_ATTACHMENT;
        if (came === sha256) {
          this.#kept.push(bytes);
        }
      }
    }
    const attachments = [...objects.values()];
    const isOfObjects = came === THEIRS_IN_ATTACHMENT;
    const conflict = {
      ...{ key, theirs: came, from: [this.#from], attachments, fields: undefined, isFromCopy: true },
      ...(isOfObjects && { objects }),
    };
    this.#opened.push({ conflict, document: undefined });
    this.#conflicts.push({ key, fields: undefined, attachments, reason });
  }

  /** The summary is made from the metadata, so it is left out. */
  async #hasSameAttributes(): Promise<boolean> {
    const { view, other, imageId } = this.#versions;
    const said = async (contents: DatasetContents): Promise<string> => {
      const { summary: _, ...attributes } = await contents.record(imageId).attributes(this.#options);
      return canonicalJson(attributes);
    };
    return (await said(view)) === (await said(other));
  }

  async #text(side: "base" | "ours", key: string): Promise<string | undefined> {
    const bytes = await loadVersion(this.#versions, side, key);
    return bytes && new TextDecoder().decode(bytes);
  }

  get #from(): string {
    return this.#versions.other.location;
  }
}

/** Undefined if a side is not a JSON object, and so has no fields. A base that is not one counts as not known. */
function tryMerge(base: string | undefined, ours: string, theirs: string): MetadataMerge | undefined {
  try {
    return mergeMetadata({ base, ours, theirs });
  } catch (error) {
    if (!isKymSchemaError(error) && !isZarrStoreError(error, "invalid_file", "invalid_argument")) {
      throw error;
    }
    return base === undefined ? undefined : tryMerge(undefined, ours, theirs);
  }
}

function hasSameEvents(a: EventTable, b: EventTable): boolean {
  const merge = mergeEvents({ base: a, ours: a, theirs: b });
  return merge.outcome === "merged" && merge.taken.length === 0 && merge.conflicts.length === 0;
}
