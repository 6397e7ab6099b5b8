// Loads, rebuilds and stores the manifest: the list of a dataset's images that is kept in the checkpoint.

import { encodeCheckpoint, replaceCheckpoint } from "../commit/log/checkpoint.ts";
import { ZarrStoreError } from "../errors.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import { runBounded } from "../runtime/run-bounded.ts";
import { isWritableStore } from "../store/key-value-store.ts";
import type { StoreKey } from "../store/store-key.ts";
import { assertWritable, type DatasetParts } from "./dataset-parts.ts";
import { imageGroup } from "./layout.ts";
import { type Manifest, type ManifestEntry, manifestEntryOf, unlessMalformed } from "./manifest.ts";
import { checkpointImages, manifestSourcesOf } from "./nodes/checkpoint-images.ts";
import { listedImages } from "./nodes/listed-images.ts";
import { ZarrImageRecord } from "./record/zarr-image-record.ts";
import type { ObjectSession } from "./session/object-session.ts";

/** How many records are read at once when a list needs their contents. */
const LOOKS_AT_ONCE = 16;

/** The list of a dataset's images. It can be stored with them, and rebuilt from them at any time. */
export class DatasetManifest {
  readonly #parts: DatasetParts;
  readonly #session: ObjectSession;

  constructor(parts: DatasetParts, session: ObjectSession) {
    this.#parts = parts;
    this.#session = session;
  }

  /** Loads the stored manifest, which states its version; undefined if it is missing or damaged. */
  async load(): Promise<Manifest | undefined> {
    const checkpoint = await this.#parts.engine.readCheckpoint();
    if (checkpoint === undefined) {
      return undefined;
    }
    const images = (await manifestSourcesOf(checkpoint)).map(manifestEntryOf);
    return { version: checkpoint.version, images };
  }

  /** Lists the images that exist now. Reads only what neither the checkpoint nor an earlier call has provided. */
  async rebuild(options: ReadOptions = {}): Promise<Manifest> {
    const ids = await this.#session.imageIds();
    const entries = new Map<string, ManifestEntry>();
    const listed = await listedImages(this.#parts.engine.log.head, this.#session.nodes);
    const others = ids.filter((id) => {
      const entry = listed(id);
      if (entry !== undefined) {
        entries.set(id, entry);
      }
      return entry === undefined;
    });
    const look = async (id: string): Promise<void> => {
      entries.set(id, await manifestEntry(this.#session, id));
    };
    await runBounded(others, look, { concurrency: LOOKS_AT_ONCE, signal: options.signal });
    const images = ids.flatMap((id) => entries.get(id) ?? []);
    return { version: this.#parts.engine.log.head.version, images };
  }

  /**
   * Stores the manifest as part of the checkpoint of its version. Does nothing before the first commit.
   *
   * @throws {ZarrStoreError} `conflict` if it is outdated, `read_only`
   */
  async save(manifest: Manifest): Promise<void> {
    const { log } = this.#parts.engine;
    assertWritable(this.#parts);
    await log.refresh();
    log.assertWhole();
    const { version } = log.head;
    if (manifest.version !== version) {
      const message = `the manifest describes version ${manifest.version}, but the dataset is at version ${version}`;
      throw new ZarrStoreError("conflict", message, { expected: version, found: manifest.version });
    }
    await writeCheckpoint(this.#parts, this);
  }

  /** Rebuilds the manifest and encodes the checkpoint that holds it, for this dataset or for a copy of this version. */
  async encode(): Promise<{ readonly key: StoreKey; readonly bytes: Uint8Array<ArrayBuffer> }> {
    await this.rebuild();
    const { head } = this.#parts.engine.log;
    return encodeCheckpoint(head, await checkpointImages(head, this.#session.nodes));
  }

  /** Rebuilds the manifest and stores it. @throws {ZarrStoreError} `conflict`, `read_only` */
  async update(options: ReadOptions = {}): Promise<Manifest> {
    const manifest = await this.rebuild(options);
    await this.save(manifest);
    return manifest;
  }
}

/** Writes a checkpoint with the manifest in it, unless nothing was committed yet or the store is read-only. */
export async function writeCheckpoint(
  { store, engine, runtime }: DatasetParts,
  manifest: DatasetManifest,
): Promise<void> {
  if (!isWritableStore(store) || engine.log.head.version === 0) {
    return;
  }
  const checkpoint = await manifest.encode();
  await replaceCheckpoint(store, checkpoint, runtime);
  await engine.checkpointed(checkpoint.key, checkpoint.bytes.length);
}

async function manifestEntry(session: ObjectSession, imageId: string): Promise<ManifestEntry> {
  const record = new ZarrImageRecord(session, imageId);
  const paths = await session.paths(imageGroup(record.id), "last look");
  return manifestEntryOf({
    imageId,
    paths,
    attributes: await unlessMalformed(() => record.attributes()),
    array: await unlessMalformed(() => record.pixels.open()),
  });
}

const [LEAST_RECORDS_BESIDE, MOST_RECORDS_BESIDE] = [16, 64];
const CHECKPOINT_BYTES_OF_A_RECORD = 7 * 1024;

/** How many records may stand beside a checkpoint of this size: a reader over HTTP asks for each. */
export function recordsBeside(checkpointBytes: number): number {
  const worth = Math.floor(checkpointBytes / CHECKPOINT_BYTES_OF_A_RECORD);
  return Math.min(MOST_RECORDS_BESIDE, Math.max(LEAST_RECORDS_BESIDE, worth));
}
