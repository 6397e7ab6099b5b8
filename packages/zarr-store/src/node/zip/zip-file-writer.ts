// Writes the entries of a zip file one after another into a file that is open.

import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import { parseStoreKey, type StoreKey } from "../../store/store-key.ts";
import type { ZipEntry } from "../../zip/read-zip-directory.ts";
import { STORED } from "../../zip/zip-layout.ts";
import { encodeLocalHeader, encodeZipEnd, localHeaderBytes } from "../../zip/zip-records.ts";

/** Small entries are gathered up to this many bytes, so that each does not cost a call of its own. */
const GATHERED_BYTES = 1 << 22;
/** A larger file is copied in pieces of this size. */
const PIECE_BYTES = 1 << 23;
/** After so many bytes the disk is told to begin, so that the flush at the end does not wait for all of them. */
const BYTES_PER_FLUSH = 1 << 26;

/** Writes stored entries, whose names must be different plain paths. */
export class ZipFileWriter {
  readonly #file: FileHandle;
  readonly #entries: ZipEntry[] = [];
  readonly #names = new Set<string>();
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #writtenBytes = 0;
  #sinceFlushBytes = 0;
  #flushing: Promise<void> | undefined;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** The entries so far, and the length of the file that they take, in bytes. */
  get entries(): readonly ZipEntry[] {
    return this.#entries;
  }

  get sizeBytes(): number {
    return this.#writtenBytes + this.#gatheredBytes;
  }

  /** Adds an entry. The bytes must not change until the next call of {@link flush}. */
  async add(name: string, bytes: Uint8Array): Promise<void> {
    const key = this.#newName(name);
    const entry = { name: key, sizeBytes: bytes.length, crc32: crc32(bytes), offset: this.sizeBytes };
    await this.#append(encodeLocalHeader(entry));
    await this.#append(bytes);
    this.#added(entry);
  }

  /**
   * Adds the content of a file, piece by piece.
   *
   * @throws {ZarrStoreError} `io` if the file becomes shorter or longer meanwhile, `aborted`
   */
  async addFile(name: string, source: FileHandle, { signal }: ReadOptions = {}): Promise<void> {
    const { size } = await source.stat();
    if (size <= PIECE_BYTES) {
      const bytes = await source.readFile();
      return this.add(name, bytes);
    }
    const key = this.#newName(name);
    const offset = this.sizeBytes;
    await this.#append(new Uint8Array(localHeaderBytes(key)));
    let crc = 0;
    let done = 0;
    for (;;) {
      throwIfAborted(signal);
      const { bytesRead, buffer } = await source.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, done);
      if (bytesRead === 0) {
        break;
      }
      const piece = buffer.subarray(0, bytesRead);
      crc = crc32(piece, crc);
      await this.#append(piece);
      done += bytesRead;
    }
    if (done !== size) {
      const message = `${name} had ${size} bytes, and ${done} while it was read`;
      throw new ZarrStoreError("io", message, { path: name, expected: size, found: done });
    }
    const entry = { name: key, sizeBytes: size, crc32: crc, offset };
    await this.flush();
    await writeAll(this.#file, encodeLocalHeader(entry), offset);
    this.#added(entry);
  }

  /** Writes what was gathered, so that the file has all entries so far. */
  async flush(): Promise<void> {
    const parts = this.#gathered;
    if (parts.length === 0) {
      return;
    }
    const [only] = parts;
    const bytes = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, this.#gatheredBytes);
    this.#gathered = [];
    const offset = this.#writtenBytes;
    this.#writtenBytes += this.#gatheredBytes;
    this.#sinceFlushBytes += this.#gatheredBytes;
    this.#gatheredBytes = 0;
    await writeAll(this.#file, bytes, offset);
    if (this.#sinceFlushBytes >= BYTES_PER_FLUSH && this.#flushing === undefined) {
      this.#sinceFlushBytes = 0;
      // An error comes again at the end.
      this.#flushing = this.#file
        .datasync()
        .catch(() => undefined)
        .finally(() => {
          this.#flushing = undefined;
        });
    }
  }

  /** Writes the directory, and flushes the file to the disk. Nothing can be added afterwards. */
  async finish(comment?: Uint8Array): Promise<void> {
    await this.#append(encodeZipEnd(this.#entries, this.sizeBytes, comment));
    await this.flush();
    await this.#flushing;
    await this.#file.sync();
  }

  /** Waits for a flush that runs. */
  async settle(): Promise<void> {
    await this.#flushing;
  }

  #newName(name: string): StoreKey {
    const key = parseStoreKey(name);
    if (this.#names.has(key)) {
      throw new ZarrStoreError("invalid_argument", `${name} stands twice among the files of a zip`, {
        path: name,
      });
    }
    this.#names.add(key);
    return key;
  }

  #added({
    name,
    sizeBytes,
    crc32: crc,
    offset,
  }: Pick<ZipEntry, "name" | "sizeBytes" | "crc32" | "offset">): void {
    const limit = this.sizeBytes;
    this.#entries.push({
      name,
      sizeBytes,
      packedBytes: sizeBytes,
      crc32: crc,
      offset,
      limit,
      method: STORED,
      flags: 0,
    });
  }

  async #append(bytes: Uint8Array): Promise<void> {
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes >= GATHERED_BYTES) {
      await this.flush();
    }
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}
