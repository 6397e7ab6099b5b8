// Writes the entries of a zip file one after another into a file that is open.

import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import { parseStoreKey, type StoreKey } from "../../store/store-key.ts";
import type { ZipEntry } from "../../zip/read-zip-entries.ts";
import { STORED } from "../../zip/zip-layout.ts";
import { encodeLocalHeader, encodeZipEnd, localHeaderBytes } from "../../zip/zip-records.ts";

/** Entries are put together in memory of this size while the memory before is written. */
const BUFFER_BYTES = 1 << 23;
/** A larger file is copied in pieces of this size. */
const PIECE_BYTES = 1 << 23;
/** After so many bytes the disk is told to begin, so that the flush at the end does not wait for all of them. */
const BYTES_PER_FLUSH = 1 << 27;

/** Writes stored entries, whose names must be different plain paths. */
export class ZipFileWriter {
  readonly #file: FileHandle;
  readonly #entries: ZipEntry[] = [];
  readonly #names = new Set<string>();
  #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #other = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #used = 0;
  /** Where the buffer goes in the file. */
  #offset = 0;
  #writing: Promise<void> | undefined;
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
    return this.#offset + this.#used;
  }

  /** Adds an entry. */
  async add(name: string, bytes: Uint8Array): Promise<void> {
    const key = this.#newName(name);
    const entry = { name: key, sizeBytes: bytes.length, crc32: crc32(bytes), offset: this.sizeBytes };
    await this.#append(encodeLocalHeader(entry));
    await this.#append(bytes);
    this.#added(entry);
  }

  /**
   * Adds an entry whose bytes are put straight into the memory that is written. Returns false, and adds nothing, if `fill` returns
   * false, or if the entry is too long for that.
   */
  async addFilled(
    name: string,
    sizeBytes: number,
    fill: (bytes: Uint8Array<ArrayBuffer>) => Promise<boolean>,
  ): Promise<boolean> {
    const headerBytes = localHeaderBytes(name);
    if (headerBytes + sizeBytes > BUFFER_BYTES) {
      return false;
    }
    if (this.#used + headerBytes + sizeBytes > BUFFER_BYTES) {
      await this.#swap();
    }
    const start = this.#used + headerBytes;
    const bytes = this.#buffer.subarray(start, start + sizeBytes);
    if (!(await fill(bytes))) {
      return false;
    }
    const entry = { name: this.#newName(name), sizeBytes, crc32: crc32(bytes), offset: this.sizeBytes };
    this.#buffer.set(encodeLocalHeader(entry), this.#used);
    this.#used = start + sizeBytes;
    this.#added(entry);
    return true;
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

  /** Writes what is in memory, so that the file has all entries so far. */
  async flush(): Promise<void> {
    await this.#swap();
    await this.#writing;
  }

  /** Writes the directory, and flushes the file to the disk. Nothing can be added afterwards. */
  async finish(comment?: Uint8Array): Promise<void> {
    await this.#append(encodeZipEnd(this.#entries, this.sizeBytes, comment));
    await this.flush();
    await this.#flushing;
    await this.#file.sync();
  }

  /** Waits for what runs, whatever becomes of it. Nothing may be done with the file before. */
  async settle(): Promise<void> {
    await this.#writing?.catch(() => undefined);
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
    for (let at = 0; at < bytes.length; ) {
      if (this.#used === BUFFER_BYTES) {
        await this.#swap();
      }
      const part = bytes.subarray(at, at + BUFFER_BYTES - this.#used);
      this.#buffer.set(part, this.#used);
      this.#used += part.length;
      at += part.length;
    }
  }

  /** Begins to write the buffer, and goes on with the other one, once that is written. */
  async #swap(): Promise<void> {
    await this.#writing;
    const bytes = this.#buffer.subarray(0, this.#used);
    const offset = this.#offset;
    [this.#buffer, this.#other] = [this.#other, this.#buffer];
    this.#offset += this.#used;
    this.#sinceFlushBytes += this.#used;
    this.#used = 0;
    const writing = writeAll(this.#file, bytes, offset);
    // It is waited for at the next turn, also if it has failed by then.
    writing.catch(() => undefined);
    this.#writing = writing;
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
}

async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}
