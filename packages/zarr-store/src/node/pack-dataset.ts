// Packs one version of a dataset into a zip file, which appears whole or not at all.

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { crc32 } from "node:zlib";
import { VersionFiles } from "../commit/copy/version-files.ts";
import { wholeLog } from "../commit/copy/whole-log.ts";
import { encodeLatest } from "../commit/log/latest.ts";
import { LATEST } from "../commit/records/control-keys.ts";
import { ZarrStoreError } from "../errors.ts";
import { isHttpUrl } from "../http/http-url.ts";
import { throwIfAborted } from "../runtime/throw-if-aborted.ts";
import { isWritableStore, type ReadableStore } from "../store/key-value-store.ts";
import type { StoreKey } from "../store/store-key.ts";
import { compareZarrZipKeys } from "../zip/zarr-zip-order.ts";
import { zipFolderOf } from "../zip/zip-store.ts";
import type { CopyDatasetOptions } from "./copy-dataset.ts";
import { openLocalDataset } from "./open-local-dataset.ts";
import { openLocation } from "./open-location.ts";
import { nodeHashing, nodeRuntime } from "./runtime/node-runtime.ts";
import { openZipFile } from "./zip/open-zip-file.ts";
import { makeStagedFile, type StagedFileOptions } from "./zip/staged-file.ts";
import { ZipFileWriter } from "./zip/zip-file-writer.ts";

/** As for a copy. A zip file has no history. */
export type PackDatasetOptions = Omit<CopyDatasetOptions, "keepsHistory"> & StagedFileOptions;

/** What was packed. Plain JSON. */
export interface PackReport {
  readonly version: number;
  /** The objects of the version, and the bytes of these. */
  readonly objects: number;
  readonly sizeBytes: number;
  /** The length of the zip file. */
  readonly zipBytes: number;
  /** Paths where another program's file is, which no commit wrote: the zip file has what was committed. Sorted. */
  readonly notCopied: readonly string[];
}

/** How many objects are read ahead of the one that is written. */
const READ_AHEAD = 8;

/**
 * Packs one version of a dataset into a new zip file: its objects, each compared with its hash, and its log up to that version, with
 * a checkpoint. No history, nothing staged. `openDataset` reads it, in Node and over HTTP, and `copyDataset` makes a folder of it.
 *
 * Entries are stored, with numbers of 64 bits; each `zarr.json` comes first, breadth first. The same version gives the same bytes,
 * wherever it is packed by the same release of Node's zlib. Writers of the dataset need not stop. The file is written beside the
 * target, flushed, opened, and then gets its name.
 *
 * @param source a folder, a zip file or an http(s) URL
 * @throws {ZarrStoreError} `already_exists` if there is anything at the target; `invalid_argument` if it lies in a dataset;
 * `not_found` for no dataset, and for a version that is not there or not kept; `integrity`, `io`, `aborted`
 * @example
 * const { version } = await packDataset("/data/lab.zarr", "/data/lab.zarr.zip");
 */
export async function packDataset(
  source: string,
  target: string,
  options: PackDatasetOptions = {},
): Promise<PackReport> {
  const place = resolve(target);
  if (!isHttpUrl(source) && relative(resolve(source), place) === "") {
    throw new ZarrStoreError("already_exists", `${place} is the dataset itself`, { path: place });
  }
  const runtime = nodeRuntime();
  const { store } = await openLocation(source, { runtime });
  const fill = async (file: FileHandle, partial: string): Promise<PackReport> => {
    const packing = new Packing(store, file, partial, options);
    try {
      return await packing.run();
    } finally {
      await packing.writer.settle();
    }
  };
  return makeStagedFile(place, fill, options);
}

interface Added {
  readonly path: StoreKey;
  readonly isAdded: boolean;
}

class Packing {
  writer: ZipFileWriter;
  readonly #source: ReadableStore;
  readonly #file: FileHandle;
  readonly #partial: string;
  /** The folder of the dataset; undefined for any other source. */
  readonly #folder: string | undefined;
  readonly #options: PackDatasetOptions;
  readonly #version: VersionFiles;
  readonly #elsewhere = new Set<StoreKey>();

  constructor(source: ReadableStore, file: FileHandle, partial: string, options: PackDatasetOptions) {
    const { version, signal } = options;
    this.writer = new ZipFileWriter(file);
    this.#source = source;
    this.#file = file;
    this.#partial = partial;
    this.#folder = isWritableStore(source) ? source.folder : undefined;
    this.#options = options;
    this.#version = new VersionFiles(source, { version, signal, runtime: nodeRuntime() });
  }

  async run(): Promise<PackReport> {
    const { signal, version: wanted } = this.#options;
    await this.#version.open();
    for (;;) {
      const gone = await this.#addObjects();
      if (gone === undefined) {
        break;
      }
      await this.#version.goOnFrom([gone]);
      await this.writer.settle();
      await this.#file.truncate(0);
      this.writer = new ZipFileWriter(this.#file);
    }
    for await (const { key, bytes } of wholeLog(this.#version, { signal })) {
      await this.writer.add(key, bytes);
    }
    await this.#addCheckpoint();
    await this.writer.finish();
    await this.#assertOpens();
    const notCopied: StoreKey[] = [];
    for (const path of wanted === undefined ? [...this.#elsewhere].sort() : []) {
      if (await this.#version.isEdited(path)) {
        notCopied.push(path);
      }
    }
    const { head } = this.#version;
    const objects = [...head.objects()];
    const sizeBytes = objects.reduce((sum, [, object]) => sum + object.sizeBytes, 0);
    const zipBytes = this.writer.sizeBytes;
    return { version: head.version, objects: objects.length, sizeBytes, zipBytes, notCopied };
  }

  /** Adds all objects in their order. Returns the path of one that is gone. */
  async #addObjects(): Promise<StoreKey | undefined> {
    const { onProgress, signal } = this.#options;
    const paths = [...this.#version.head.objects()].map(([path]) => path).sort(compareZarrZipKeys);
    const add = this.#folder === undefined ? this.#addAhead(paths) : this.#addFrom(this.#folder, paths);
    let done = 0;
    for await (const { path, isAdded } of add) {
      throwIfAborted(signal);
      if (!isAdded) {
        return path;
      }
      done++;
      onProgress?.({ done, total: paths.length, path });
    }
    return undefined;
  }

  /** Reads each file of a folder straight into the memory that is written. What is not the object there is looked for. */
  async *#addFrom(folder: string, paths: readonly StoreKey[]): AsyncIterable<Added> {
    for (const path of paths) {
      const object = this.#version.head.object(path);
      const file = join(folder, ...path.split("/"));
      const fill = async (bytes: Uint8Array<ArrayBuffer>): Promise<boolean> =>
        readWhole(file, bytes) && (await nodeHashing.sha256(bytes)) === object?.sha256;
      const isFilled = object !== undefined && (await this.writer.addFilled(path, object.sizeBytes, fill));
      const bytes = isFilled ? undefined : await this.#object(path);
      if (bytes !== undefined) {
        await this.writer.add(path, bytes);
      }
      yield { path, isAdded: isFilled || bytes !== undefined };
    }
  }

  /** Reads a few objects ahead of the one that is written: over HTTP, each takes its time. */
  async *#addAhead(paths: readonly StoreKey[]): AsyncIterable<Added> {
    for await (const { path, bytes } of inOrder(paths, (each) => this.#object(each))) {
      if (bytes !== undefined) {
        await this.writer.add(path, bytes);
      }
      yield { path, isAdded: bytes !== undefined };
    }
  }

  async #object(path: StoreKey): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const object = this.#version.head.object(path);
    const found = object && (await this.#version.find(path, object));
    if (found?.isInPlace === false) {
      this.#elsewhere.add(path);
    }
    return found?.bytes ?? (object && (await this.#madeAgain(path, object.sha256)));
  }

  /** Makes an object of an older version again from others of that version. */
  async #madeAgain(path: StoreKey, sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { version, summarize, scales } = this.#options;
    if (version === undefined) {
      return undefined;
    }
    await using original = await openLocalDataset(this.#source, { mode: "r", summarize });
    const then = async (other: StoreKey): Promise<Uint8Array<ArrayBuffer> | undefined> => {
      const object = this.#version.head.object(other);
      return object && (await this.#version.find(other, object))?.bytes;
    };
    return original.past.nodeAgain(path, sha256, then, { ...(scales && { scales }) });
  }

  /** Adds a checkpoint of the version, and the hint that names it: a reader over HTTP then needs no record of the log. */
  async #addCheckpoint(): Promise<void> {
    await this.writer.flush();
    const staged = zipFolderOf(this.#bytesSoFar(), this.writer.entries, crc32);
    await using dataset = await openLocalDataset(staged, { mode: "r", summarize: this.#options.summarize });
    const checkpoint = await dataset.manifest.encode();
    await this.writer.add(checkpoint.key, checkpoint.bytes);
    const { version, recordSha256, nextRecordFormat } = this.#version.head;
    if (nextRecordFormat === 2) {
      await this.writer.add(LATEST, encodeLatest({ version, recordSha256, checkpoint: checkpoint.key }));
    }
  }

  #bytesSoFar(): Parameters<typeof zipFolderOf>[0] {
    return {
      location: this.#partial,
      sizeBytes: this.writer.sizeBytes,
      read: async (offset, length) => {
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length; ) {
          const { bytesRead } = await this.#file.read(bytes, done, length - done, offset + done);
          if (bytesRead === 0) {
            throw new ZarrStoreError("io", `${this.#partial} became shorter`, { path: this.#partial });
          }
          done += bytesRead;
        }
        return bytes;
      },
    };
  }

  async #assertOpens(): Promise<void> {
    const { head } = this.#version;
    await using dataset = await openLocalDataset(await openZipFile(this.#partial), { mode: "r" });
    if (dataset.version !== head.version) {
      throw new ZarrStoreError("integrity", `${this.#partial} reads back as another version`, {
        path: this.#partial,
        expected: head.version,
        found: dataset.version,
      });
    }
  }
}

/** Yields what is read of each path, in the order of the paths, and reads a few ahead. */
async function* inOrder(
  paths: readonly StoreKey[],
  read: (path: StoreKey) => Promise<Uint8Array<ArrayBuffer> | undefined>,
): AsyncIterable<{ readonly path: StoreKey; readonly bytes: Uint8Array<ArrayBuffer> | undefined }> {
  const ahead: { readonly path: StoreKey; readonly reading: ReturnType<typeof read> }[] = [];
  let next = 0;
  try {
    while (next < paths.length || ahead.length > 0) {
      for (; ahead.length < READ_AHEAD && next < paths.length; next++) {
        const path = paths[next];
        if (path !== undefined) {
          const reading = read(path);
          // It is waited for when its turn comes, also if it has failed by then.
          reading.catch(() => undefined);
          ahead.push({ path, reading });
        }
      }
      const first = ahead.shift();
      if (first !== undefined) {
        yield { path: first.path, bytes: await first.reading };
      }
    }
  } finally {
    await Promise.allSettled(ahead.map(({ reading }) => reading));
  }
}

/** Fills `bytes` with a file that has this length. Returns false for anything else. What it read is compared with a hash. */
function readWhole(path: string, bytes: Uint8Array): boolean {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    const stats = fstatSync(file);
    let done = 0;
    while (stats.isFile() && stats.size === bytes.length && done < bytes.length) {
      const read = readSync(file, bytes, done, bytes.length - done, done);
      if (read === 0) {
        break;
      }
      done += read;
    }
    return done === bytes.length && stats.size === done;
  } catch {
    return false;
  } finally {
    closeSync(file);
  }
}
