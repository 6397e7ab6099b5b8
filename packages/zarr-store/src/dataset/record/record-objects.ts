// The objects of one image, and the steps that artifacts of every kind share: existence check, change, listing.

import type { Transaction } from "../../commit/write/transaction.ts";
import { ZarrStoreError } from "../../errors.ts";
import type { ImageId } from "../../image/artifact-name.ts";
import { serializeLossless } from "../../json/lossless-json.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { imageGroup, imageNode, meaningOf, type PathMeaning } from "../layout.ts";
import { type Attributes, groupNodeValue, parseGroupNode } from "../nodes/node-cache.ts";
import type { KeptReads } from "../session/kept-reads.ts";
import type { ObjectSession } from "../session/object-session.ts";

/** The name of the artifact that the summary is made from. */
export const METADATA = "metadata";

/** The kinds of artifacts and attachments. */
type NamedKind = Extract<PathMeaning, { readonly name: string }>["kind"];

/** Reads and changes the objects of one image, on behalf of its artifacts and pixels. */
export class RecordObjects {
  readonly id: ImageId;
  readonly session: ObjectSession;
  /** Where artifacts are kept that were read; undefined for a record that reads them again. */
  readonly kept: KeptReads | undefined;

  constructor(session: ObjectSession, id: ImageId, kept?: KeptReads) {
    this.id = id;
    this.session = session;
    this.kept = kept;
  }

  async exists(): Promise<boolean> {
    return this.session.nodeReader.hasImage(this.id);
  }

  async attributes(options: ReadOptions): Promise<Attributes> {
    const attributes = await this.session.nodeReader.imageAttributes(this.id, options);
    if (attributes === undefined) {
      throw notFound(`there is no image ${this.id}`, imageGroup(this.id));
    }
    return attributes;
  }

  async putAttributes(transaction: Transaction, attributes: Attributes): Promise<void> {
    const path = imageNode(this.id);
    const kept = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
    const bytes = encodeNode(kept);
    await transaction.put(path, bytes);
    this.session.nodes.rememberGroup(await this.session.runtime.sha256(bytes), parseGroupNode(bytes, path));
  }

  /**
   * Changes an image that must exist. `fn` gets the objects as its transaction sees them.
   *
   * @throws {ZarrStoreError} `not_found`
   */
  async change<T>(
    message: string,
    options: ReadOptions,
    fn: (transaction: Transaction, objects: RecordObjects) => Promise<T>,
  ): Promise<T> {
    const run = async (transaction: Transaction, view: ObjectSession): Promise<T> => {
      const objects = new RecordObjects(view, this.id);
      if (!(await objects.exists())) {
        const path = imageGroup(this.id);
        throw notFound(`there is no image ${this.id}: add it before its artifacts`, path);
      }
      return fn(transaction, objects);
    };
    try {
      return await this.session.change(run, { message: `${message} of ${this.id}`, signal: options.signal });
    } finally {
      this.kept?.clear();
    }
  }

  /** Writes the file of one artifact. If it is `metadata` and its text is given, the summary is renewed. */
  async putArtifact(
    path: StoreKey,
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    options: ReadOptions,
    text?: string,
  ): Promise<void> {
    // Copy the bytes: a caller that reuses its buffer meanwhile would get a hash of one content and the bytes of
    // another.
    const own = new Uint8Array(bytes);
    await this.change(`save ${name}`, options, async (transaction, objects) => {
      await transaction.put(path, own);
      const { summarize } = this.session;
      if (name === METADATA && text !== undefined && summarize !== undefined) {
        const attributes = await objects.attributes(options);
        const before = attributes["summary"];
        const summary = { ...(typeof before === "object" ? before : {}), ...summarize(text) };
        await objects.putAttributes(transaction, { ...attributes, summary });
      }
    });
  }

  async pathsBelow(prefix: string): Promise<readonly StoreKey[]> {
    return (await this.session.paths(imageGroup(this.id))).filter((path) => path.startsWith(`${prefix}/`));
  }

  /** The names of all artifacts or attachments of a kind, sorted, without duplicates; nested names in full. */
  async namesOfKind(kind: NamedKind): Promise<readonly string[]> {
    const meanings = (await this.session.paths(imageGroup(this.id))).map((path) => meaningOf(path));
    const names = meanings.flatMap((meaning) =>
      meaning?.kind === kind && "name" in meaning ? [meaning.name] : [],
    );
    return [...new Set(names)].sort();
  }
}

/** The bytes of a group's `zarr.json`. */
export function encodeNode(attributes: Attributes): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(serializeLossless(groupNodeValue(attributes), { indent: 2 }));
}

export function notFound(message: string, path: string): ZarrStoreError {
  return new ZarrStoreError("not_found", message, { path });
}
