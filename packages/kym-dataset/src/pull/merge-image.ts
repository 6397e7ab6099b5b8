// Merges the parts of one image that changed in the other copy, and writes nothing.

import { ARTIFACTS, EVENT_ARTIFACTS, isKymSchemaError } from "@kym/kym-schema";
import { PROVENANCE_HISTORY } from "@kym/kym-schema/keys";
import {
  type EventTable,
  encodeOpenConflicts,
  loadOpenConflicts,
  type MetadataMerge,
  mergeEvents,
  mergeMetadata,
  mergeOpenConflicts,
  metadataChanges,
  type OpenConflict,
  parseOpenConflicts,
  THEIRS_IN_ATTACHMENT,
  THEIRS_REMOVED,
  wordsOfField,
} from "@kym/kym-schema/merge";
import {
  type DatasetContents,
  isZarrStoreError,
  type ReadOptions,
  rowsOf,
  type ZarrDataset,
} from "@kym/zarr-store";
import { canonicalJson } from "@kym/zarr-store/json";
import { imagePartKey, imagePartOf, PIXELS_NODE_KEY, ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { decodeParquet } from "@kym/zarr-store/table";
import { schemaOfTable } from "@kym/zarr-store/table/reading";
import type { ObjectHashes } from "../indexer/artifact-ref.ts";
import {
  attachmentKey,
  type FieldConflict,
  joinFieldConflicts,
  type KeptFile,
  keptFile,
  loadFromHistories,
  theirsOf,
} from "./conflict-files.ts";
import { isGroupNode, type PulledPart } from "./decide-image.ts";
import type { ImageChange } from "./image-change.ts";
import type { PullConflict } from "./pull-report.ts";

/** One image in both copies, and what it was at the base. */
export interface ImageVersions {
  readonly imageId: string;
  /** The dataset as the transaction sees it. */
  readonly view: DatasetContents;
  readonly dataset: ZarrDataset;
  readonly other: ZarrDataset;
  readonly base: ObjectHashes | undefined;
  readonly ours: ObjectHashes;
  readonly theirs: ObjectHashes;
}

const METADATA_KEY = imagePartKey({ kind: "json", name: ARTIFACTS.metadata });
const OPEN_KEY = imagePartKey({ kind: "json", name: ARTIFACTS.openConflicts });
const PROVENANCE_KEY = imagePartKey({ kind: "json", name: ARTIFACTS.provenance });
const EVENT_KEYS: ReadonlyMap<string, string> = new Map(
  EVENT_ARTIFACTS.tables.map((name) => [imagePartKey({ kind: "parquet", name }), name]),
);

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

/** The history objects that an image of the other copy needs: its base of later merges, and what its open conflicts name. */
export async function neededHistory(
  { imageId, dataset, other, theirs }: Pick<ImageVersions, "imageId" | "dataset" | "other" | "theirs">,
  options: ReadOptions,
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const record = other.record(imageId, { asOf: "last look" });
  const hashes = new Set<string>();
  if (theirs.has(PROVENANCE_KEY)) {
    const { text } = await record.loadJsonText(ARTIFACTS.provenance, options);
    for (const hash of await readable(() => PROVENANCE_HISTORY.hashesIn(text), [])) {
      hashes.add(hash);
    }
  }
  if (theirs.has(OPEN_KEY)) {
    for (const { theirs: hash } of await readable(() => loadOpenConflicts(record, options), [])) {
      hashes.add(hash);
    }
  }
  const kept: Uint8Array<ArrayBuffer>[] = [];
  for (const hash of hashes) {
    const isThere = (await loadFromHistories(hash, [dataset])) !== undefined;
    const bytes = isThere ? undefined : await loadFromHistories(hash, [other]);
    kept.push(...(bytes === undefined ? [] : [bytes]));
  }
  return kept;
}

class ImageMerge {
  readonly #versions: ImageVersions;
  readonly #options: ReadOptions;
  readonly #copies = new Map<string, string | null>();
  readonly #events = new Map<string, EventTable>();
  readonly #attachments: KeptFile[] = [];
  readonly #kept: Uint8Array<ArrayBuffer>[] = [];
  readonly #taken: string[] = [];
  readonly #conflicts: PullConflict[] = [];
  readonly #opened: (FieldConflict | { readonly conflict: OpenConflict; readonly document: undefined })[] =
    [];
  #metadata: ImageChange["metadata"];

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
      this.#take(part);
    } else if (EVENT_KEYS.has(key)) {
      await this.#addEvents(part, EVENT_KEYS.get(key) ?? "");
    } else if (key === PIXELS_NODE_KEY || isGroupNode(key)) {
      // The scales follow from the calibration, and the nodes of groups from what lies below them.
    } else if (key !== ZARR_NODE_NAME || !(await this.#hasSameAttributes())) {
      await this.#refuse(part, "both copies changed it");
    }
  }

  async finish(hasOpenOfTheirs: boolean): Promise<ImageChange> {
    const { open, openThere } = await this.#openConflicts(hasOpenOfTheirs);
    if (this.#copies.has(ZARR_NODE_NAME) && this.#metadata === undefined) {
      // The attributes come with the summary of their metadata; it is made again from those that are here.
      const text = await this.#ourText(METADATA_KEY);
      this.#metadata = text === undefined ? undefined : { before: text, after: text };
    }
    return {
      copies: this.#copies,
      metadata: this.#metadata,
      events: this.#events,
      attachments: this.#attachments,
      kept: [...this.#kept, ...(await neededHistory(this.#versions, this.#options))],
      open,
      taken: this.#taken,
      conflicts: this.#conflicts,
      openThere,
    };
  }

  #take({ key, keys }: PulledPart): void {
    const { theirs } = this.#versions;
    for (const each of keys) {
      this.#copies.set(each, theirs.get(each) ?? null);
    }
    if (key !== ZARR_NODE_NAME && key !== PIXELS_NODE_KEY && !isGroupNode(key)) {
      this.#taken.push(theirs.has(keys[0] ?? "") ? key : `${key} (deleted)`);
    }
  }

  async #addMetadata(part: PulledPart): Promise<void> {
    const { theirs, base } = this.#versions;
    const { key, how } = part;
    if (!theirs.has(key)) {
      // No program of ours deletes metadata, so a deletion that another one made is not taken by itself.
      await this.#refuse(part, "the other copy deleted it");
      return;
    }
    const [our, their] = [await this.#ourText(key), await this.#theirText(key)];
    const was = base?.has(key) === true ? await this.#baseText(key) : base === undefined ? undefined : "{}";
    const merge = tryMerge(how === "take" ? (our ?? "{}") : was, our ?? "{}", their);
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
    if (merge.conflicts.length > 0) {
      const bytes = new TextEncoder().encode(their);
      const file = keptFile(key, theirs.get(key) ?? "", bytes);
      this.#attachments.push(file);
      this.#opened.push({
        conflict: {
          ...{ key, theirs: theirs.get(key) ?? "", from: [this.#from], attachments: [attachmentKey(file)] },
          fields: merge.conflicts.map(({ field, base: before, theirs: came }) => ({
            field,
            base: before,
            theirs: came,
          })),
        },
        document: their,
      });
      const fields = merge.conflicts.map(({ field }) => field);
      const reason = "both copies changed it";
      this.#conflicts.push({ key, fields, attachments: [attachmentKey(file)], reason });
    }
  }

  async #addEvents(part: PulledPart, name: string): Promise<void> {
    const { theirs } = this.#versions;
    const { key } = part;
    const [our, their, was] = [
      await eventTable(await this.#load("ours", key), key),
      await eventTable(await this.#load("theirs", key), key),
      await eventTable(await this.#load("base", key), key),
    ];
    if (our === undefined || their === undefined) {
      await this.#refuse(part, "both copies changed it, and one of them cannot be read or was deleted");
      return;
    }
    const base =
      was ?? (this.#versions.base?.has(key) === false ? { schema: our.schema, rows: [] } : undefined);
    const merge = mergeEvents({ base, ours: our, theirs: their });
    if (merge.outcome !== "merged") {
      await this.#refuse(part, `both copies changed it, and ${merge.because}`);
      return;
    }
    this.#taken.push(...merge.taken);
    if (hasSameEvents(merge.merged, their)) {
      if (this.#prefersTheirs(key, merge.taken)) {
        this.#copies.set(key, theirs.get(key) ?? null);
      }
    } else if (merge.taken.length > 0) {
      this.#events.set(name, merge.merged);
    }
    if (merge.conflicts.length > 0) {
      const bytes = await this.#load("theirs", key);
      const sha256 = theirs.get(key) ?? "";
      const file = keptFile(key, sha256, bytes ?? new Uint8Array());
      this.#attachments.push(file);
      this.#kept.push(file.bytes);
      const attachments = [attachmentKey(file)];
      const fields = merge.conflicts.map(({ field, base: before, theirs: came }) => ({
        field,
        base: before,
        theirs: came,
      }));
      const from = [this.#from];
      this.#opened.push({
        conflict: { key, theirs: theirsOf(sha256, file.bytes), from, attachments, fields },
        document: undefined,
      });
      const names = fields.map(({ field }) => field);
      this.#conflicts.push({ key, fields: names, attachments, reason: "both copies changed it" });
    }
  }

  /**
   * Of two files that say the same in two spellings, the one with the lower hash counts, so that both copies choose the same. A file
   * that says more than the one here counts in any case.
   */
  #prefersTheirs(key: string, taken: readonly string[]): boolean {
    const { ours, theirs } = this.#versions;
    return taken.length > 0 || (theirs.get(key) ?? "") < (ours.get(key) ?? "");
  }

  /** Leaves a part as it is here, and keeps what came. */
  async #refuse({ key, keys }: PulledPart, reason: string): Promise<void> {
    const { theirs } = this.#versions;
    const attachments: string[] = [];
    let came = THEIRS_REMOVED;
    for (const each of keys) {
      const sha256 = theirs.get(each);
      const bytes = sha256 === undefined ? undefined : await this.#load("theirs", each);
      if (sha256 !== undefined && bytes !== undefined) {
        const file = keptFile(each, sha256, bytes);
        this.#attachments.push(file);
        attachments.push(attachmentKey(file));
        const isFile = each === key && imagePartOf(key) !== undefined;
        came = isFile ? theirsOf(sha256, bytes) : THEIRS_IN_ATTACHMENT;
        if (came === sha256) {
          this.#kept.push(bytes);
        }
      }
    }
    const conflict = { key, theirs: came, from: [this.#from], attachments, fields: undefined };
    this.#opened.push({ conflict, document: undefined });
    this.#conflicts.push({ key, fields: undefined, attachments, reason });
  }

  /** The open conflicts of both copies, what one of them settled left out, and those that this pull opens. */
  async #openConflicts(hasOpenOfTheirs: boolean): Promise<Pick<ImageChange, "open" | "openThere">> {
    const ours = await this.#openOf("ours");
    const theirs = hasOpenOfTheirs ? await this.#openOf("theirs") : undefined;
    const merged =
      theirs === undefined
        ? ours.map((conflict) => ({ conflict, other: undefined }))
        : mergeOpenConflicts({ base: await this.#openOf("base"), ours, theirs });
    const open: OpenConflict[] = [];
    for (const { conflict, other } of merged) {
      open.push(other === undefined ? conflict : await this.#joined(conflict, [other]));
    }
    for (const { conflict, document } of this.#opened) {
      const at = open.findIndex(({ key }) => key === conflict.key);
      const before = open[at];
      const next = before === undefined ? conflict : await this.#joined(conflict, [before], document);
      if (document !== undefined && next === conflict) {
        this.#kept.push(new TextEncoder().encode(document));
      }
      open.splice(at < 0 ? open.length : at, at < 0 ? 0 : 1, next);
    }
    const before = new Set(ours.map((conflict) => JSON.stringify(conflict)));
    const opened = new Set(this.#opened.map(({ conflict }) => conflict.key));
    return {
      open: encodeOpenConflicts(open) === encodeOpenConflicts(ours) ? undefined : open,
      openThere: open
        .filter((conflict) => !opened.has(conflict.key) && !before.has(JSON.stringify(conflict)))
        .map(({ key }) => key),
    };
  }

  /** Puts conflicts of one artifact together. The document of each that is not given is read from a history. */
  async #joined(first: OpenConflict, others: readonly OpenConflict[], given?: string): Promise<OpenConflict> {
    const { dataset, other } = this.#versions;
    const documentOf = async ({ theirs }: OpenConflict): Promise<string | undefined> => {
      const bytes = await loadFromHistories(theirs, [dataset, other]);
      return bytes && new TextDecoder().decode(bytes);
    };
    let conflict = first;
    let document = given ?? (first.key === METADATA_KEY ? await documentOf(first) : undefined);
    for (const each of others) {
      const next = first.key === METADATA_KEY ? await documentOf(each) : undefined;
      const isByField = conflict.fields !== undefined && each.fields !== undefined;
      if (document !== undefined && next !== undefined && isByField) {
        ({ conflict, document } = joinFieldConflicts(
          { conflict, document },
          { conflict: each, document: next },
        ));
      } else {
        const attachments = [...new Set([...conflict.attachments, ...each.attachments])];
        conflict = { ...conflict, attachments };
      }
    }
    if (document === undefined) {
      return conflict;
    }
    const bytes = new TextEncoder().encode(document);
    this.#kept.push(bytes);
    return { ...conflict, theirs: await dataset.runtime.sha256(bytes) };
  }

  async #openOf(side: "base" | "ours" | "theirs"): Promise<readonly OpenConflict[]> {
    const bytes = await this.#load(side, OPEN_KEY);
    return bytes === undefined ? [] : readable(() => parseOpenConflicts(new TextDecoder().decode(bytes)), []);
  }

  /** The summary is made from the metadata, so it is no attribute of its own. */
  async #hasSameAttributes(): Promise<boolean> {
    const { view, other, imageId } = this.#versions;
    const said = async (contents: DatasetContents): Promise<string> => {
      const { summary: _, ...attributes } = await contents.record(imageId).attributes(this.#options);
      return canonicalJson(attributes);
    };
    return (await said(view)) === (await said(other));
  }

  async #ourText(key: string): Promise<string | undefined> {
    const bytes = await this.#load("ours", key);
    return bytes && new TextDecoder().decode(bytes);
  }

  async #theirText(key: string): Promise<string> {
    return new TextDecoder().decode(await this.#load("theirs", key));
  }

  async #baseText(key: string): Promise<string | undefined> {
    const bytes = await this.#load("base", key);
    return bytes && new TextDecoder().decode(bytes);
  }

  /** Loads an object of one side by its hash; undefined if that side does not have it, or the bytes of the base are gone. */
  async #load(side: "base" | "ours" | "theirs", key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { view, dataset, other, imageId } = this.#versions;
    const sha256 = this.#versions[side]?.get(key);
    if (sha256 === undefined) {
      return undefined;
    }
    const path = `images/${imageId}/${key}`;
    for (const contents of side === "theirs" ? [other] : side === "ours" ? [view] : [view, other]) {
      const bytes =
        (await contents.exact.hash(path)) === sha256 ? await contents.exact.load(path) : undefined;
      if (bytes !== undefined && (await dataset.runtime.sha256(bytes)) === sha256) {
        return bytes;
      }
    }
    return loadFromHistories(sha256, [dataset, other]);
  }

  get #from(): string {
    return this.#versions.other.location;
  }
}

/** Undefined if a side is not a JSON object, and so has no fields. A base that is none counts as not known. */
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

async function eventTable(
  bytes: Uint8Array<ArrayBuffer> | undefined,
  where: string,
): Promise<EventTable | undefined> {
  if (bytes === undefined) {
    return undefined;
  }
  return readable(async () => {
    const table = await decodeParquet(bytes, { where });
    return { schema: schemaOfTable(table), rows: [...rowsOf(table)] };
  }, undefined);
}

/** What a program that is not ours wrote in the place of something says nothing. */
async function readable<T>(read: () => T | Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isKymSchemaError(error) || isZarrStoreError(error, "invalid_file", "not_supported")) {
      return otherwise;
    }
    throw error;
  }
}
