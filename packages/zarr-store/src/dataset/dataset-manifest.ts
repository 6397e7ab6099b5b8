import { encodeCheckpoint, replaceCheckpoint } from "../commit/log/checkpoint.ts";
import { ZarrStoreError } from "../errors.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import { runBounded } from "../runtime/run-bounded.ts";
import { isWritableStore } from "../store/key-value-store.ts";
import { assertWritable, type DatasetParts } from "./dataset-parts.ts";
import { imageGroup } from "./layout.ts";
import { type Manifest, type ManifestEntry, manifestEntryOf, unlessMalformed } from "./manifest.ts";
import { checkpointImages, manifestSourcesOf } from "./nodes/checkpoint-images.ts";
import { ZarrImageRecord } from "./record/zarr-image-record.ts";
import type { ObjectSession } from "./session/object-session.ts";

/** Records read at the same time when a list has to look into them. */
const LOOKS_AT_ONCE = 16;

/** The list of a dataset's images, which can be stored beside them and is made again from them at any time. */
export class DatasetManifest {
  readonly #parts: DatasetParts;
  readonly #session: ObjectSession;

  constructor(parts: DatasetParts, session: ObjectSession) {
    this.#parts = parts;
    this.#session = session;
  }

  /** The manifest that is stored, of the version that it states; undefined if there is none or it is damaged. */
  async load(): Promise<Manifest | undefined> {
    const checkpoint = await this.#parts.engine.readCheckpoint();
    if (checkpoint === undefined) {
      return undefined;
    }
    const images = manifestSourcesOf(checkpoint).map(manifestEntryOf);
    return { version: checkpoint.version, images };
  }

  /** The manifest of the images that exist now. It reads only what no checkpoint or earlier call has told. */
  async rebuild(options: ReadOptions = {}): Promise<Manifest> {
    const ids = await this.#session.imageIds();
    const entries = new Map<string, ManifestEntry>();
    const look = async (id: string): Promise<void> => {
      entries.set(id, await manifestEntry(this.#session, id));
    };
    await runBounded(ids, look, { concurrency: LOOKS_AT_ONCE, signal: options.signal });
    const images = ids.flatMap((id) => entries.get(id) ?? []);
    return { version: this.#parts.engine.log.head.version, images };
  }

  /**
   * Stores the manifest, as a part of the checkpoint of its version; before the first commit there is nothing to store.
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
      const message = `the manifest is of version ${manifest.version}, the dataset of ${version}`;
      throw new ZarrStoreError("conflict", message, { expected: version, found: manifest.version });
    }
    await writeCheckpoint(this.#parts, this.#session, this);
  }

  /** Makes the manifest and stores it. @throws {ZarrStoreError} `conflict`, `read_only` */
  async update(options: ReadOptions = {}): Promise<Manifest> {
    const manifest = await this.rebuild(options);
    await this.save(manifest);
    return manifest;
  }
}

/** Writes a checkpoint with the manifest in it, unless nothing was committed or nothing can be written. */
export async function writeCheckpoint(
  { store, engine, runtime }: DatasetParts,
  session: ObjectSession,
  manifest: DatasetManifest,
): Promise<void> {
  if (!isWritableStore(store) || engine.log.head.version === 0) {
    return;
  }
  await manifest.rebuild();
  const { head } = engine.log;
  const bytes = await encodeCheckpoint(head, checkpointImages(head, session.nodes));
  await replaceCheckpoint(store, bytes, runtime.newId());
  engine.checkpointed(bytes.length);
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
