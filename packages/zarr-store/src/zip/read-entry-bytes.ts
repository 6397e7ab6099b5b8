// Reads the bytes of an entry of a zip file, after its local header has said the same as the directory.

import { inflate } from "../bytes/inflate.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import { throwIfAborted } from "../runtime/throw-if-aborted.ts";
import type { ByteRange } from "../store/key-value-store.ts";
import { assertReadable } from "../store/unreadable.ts";
import { extraNumbers } from "./extra-numbers.ts";
import type { ZipEntry } from "./read-zip-entries.ts";
import { zipFault } from "./zip-fault.ts";
import { DEFLATED, FLAG_DESCRIPTOR, FLAG_ENCRYPTED, FLAG_UTF8, LOCAL_HEADER } from "./zip-layout.ts";
import type { ZipSource } from "./zip-source.ts";

/** The flags that must be the same in both headers. */
const FLAGS_COMPARED = FLAG_ENCRYPTED | FLAG_DESCRIPTOR;
/** A header and what follows an entry are read along with its bytes if they are no longer than this. */
const MOST_BESIDE_BYTES = 1 << 12;
/** The first bytes of every gzip file that says nothing of itself. Source: RFC 1952, section 2.3. */
const GZIP_BEGIN = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/** What computes the CRC-32 of a zip file. */
export type Crc32 = (bytes: Uint8Array, before?: number) => number;

/**
 * Reads all bytes of an entry, and compares their CRC-32.
 *
 * @throws {ZarrStoreError} `invalid_file` for a local header that differs from the directory, damaged bytes, and a stream that does
 * not become as long as the directory says; `io` for an entry of 2 GiB and more
 */
export async function readEntryBytes(
  source: ZipSource,
  entry: ZipEntry,
  crc32: Crc32,
  options: ReadOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  throwIfAborted(options.signal);
  assertReadable(entry.name, entry.sizeBytes);
  assertReadable(entry.name, entry.packedBytes);
  const isClose = entry.limit - entry.offset - entry.packedBytes <= MOST_BESIDE_BYTES;
  const around = isClose
    ? await source.read(entry.offset, entry.limit - entry.offset, options)
    : await source.read(entry.offset, headerBytesAtMost(entry), options);
  const start = entryStart(source, entry, around);
  const packed = isClose
    ? around.slice(start - entry.offset, start - entry.offset + entry.packedBytes)
    : await source.read(start, entry.packedBytes, options);
  const { location } = source;
  const bytes = entry.method === DEFLATED ? await inflated(location, entry, packed, options) : packed;
  const found = crc32(bytes);
  if (found !== entry.crc32) {
    const [is, should] = [found, entry.crc32].map((value) => value.toString(16).padStart(8, "0"));
    throw zipFault("invalid_file", location, `is damaged: its bytes have the CRC-32 ${is}, not ${should}`, {
      entry: entry.name,
      expected: should,
      found: is,
    });
  }
  return bytes;
}

/** Finds where the bytes of a stored entry begin. */
export async function zipEntryStart(
  source: ZipSource,
  entry: ZipEntry,
  options: ReadOptions = {},
): Promise<number> {
  return entryStart(source, entry, await source.read(entry.offset, headerBytesAtMost(entry), options));
}

/** Reads a range of a stored entry, which has no checksum of its own. The caller has checked the range. */
export async function readStoredRange(
  source: ZipSource,
  start: number,
  { offset, length }: ByteRange,
  options: ReadOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return source.read(start + offset, length, options);
}

function headerBytesAtMost({ offset, limit, packedBytes }: ZipEntry): number {
  return Math.min(limit - offset - packedBytes, LOCAL_HEADER.sizeBytes + 2 * 0xffff);
}

/**
 * Returns where the bytes of an entry begin. Its local header must say what the directory says; sizes and checksum may be zero there
 * if they follow the bytes.
 */
function entryStart({ location }: ZipSource, entry: ZipEntry, header: Uint8Array<ArrayBuffer>): number {
  const differs = (what: string, expected: unknown, found: unknown): Error =>
    zipFault("invalid_file", location, `has a local header that differs from the directory: ${what}`, {
      entry: entry.name,
      offset: entry.offset,
      expected,
      found,
    });
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const signature = view.getUint32(0, true);
  if (signature !== LOCAL_HEADER.signature) {
    throw differs("it has no header", LOCAL_HEADER.signature, signature);
  }
  const at16 = (field: number): number => view.getUint16(field, true);
  const at32 = (field: number): number => view.getUint32(field, true);
  const extraAt = LOCAL_HEADER.sizeBytes + at16(LOCAL_HEADER.nameLengthAt);
  const extraEnd = extraAt + at16(LOCAL_HEADER.extraLengthAt);
  const start = entry.offset + extraEnd;
  if (start + entry.packedBytes > entry.limit) {
    throw differs("its bytes overlap what follows", entry.limit, start + entry.packedBytes);
  }
  const name = new TextDecoder().decode(header.subarray(LOCAL_HEADER.sizeBytes, extraAt));
  if (name !== entry.name) {
    throw differs(`the name ${JSON.stringify(name)}`, entry.name, name);
  }
  const flags = at16(LOCAL_HEADER.flagsAt);
  if ((flags & FLAGS_COMPARED) !== (entry.flags & FLAGS_COMPARED)) {
    throw differs("the flags", entry.flags & ~FLAG_UTF8, flags & ~FLAG_UTF8);
  }
  const method = at16(LOCAL_HEADER.methodAt);
  if (method !== entry.method) {
    throw differs("the method of compression", entry.method, method);
  }
  const numbers = extraNumbers(header.subarray(extraAt, extraEnd), [
    at32(LOCAL_HEADER.unpackedAt),
    at32(LOCAL_HEADER.packedAt),
  ]);
  if (typeof numbers === "string") {
    throw differs(`it ${numbers}`, undefined, undefined);
  }
  const [sizeBytes = 0, packedBytes = 0] = numbers;
  const said = [at32(LOCAL_HEADER.crcAt), sizeBytes, packedBytes];
  const expected = [entry.crc32, entry.sizeBytes, entry.packedBytes];
  const mayBeZero = (flags & FLAG_DESCRIPTOR) !== 0;
  for (const [index, what] of ["the CRC-32", "the size", "the compressed size"].entries()) {
    if (said[index] !== expected[index] && !(mayBeZero && said[index] === 0)) {
      throw differs(what, expected[index], said[index]);
    }
  }
  return start;
}

/** Inflates an entry as a gzip stream of the same deflated bytes, whose end says checksum and size: no more comes out than that. */
async function inflated(
  location: string,
  entry: ZipEntry,
  packed: Uint8Array<ArrayBuffer>,
  { signal }: ReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { crc32, sizeBytes, name } = entry;
  const stream = new Uint8Array(GZIP_BEGIN.length + packed.length + 8);
  stream.set(GZIP_BEGIN);
  stream.set(packed, GZIP_BEGIN.length);
  const trailer = new DataView(stream.buffer, GZIP_BEGIN.length + packed.length);
  trailer.setUint32(0, crc32, true);
  trailer.setUint32(4, sizeBytes, true);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await inflate(stream, {
      format: "gzip",
      maxBytes: sizeBytes,
      likelyBytes: Math.min(sizeBytes, 1 << 24),
      check: () => throwIfAborted(signal),
    });
  } catch (cause) {
    throwIfAborted(signal);
    throw zipFault(
      "invalid_file",
      location,
      "is damaged: its compressed bytes are not what the directory says",
      {
        entry: name,
        cause,
      },
    );
  }
  if (bytes.length !== sizeBytes) {
    throw zipFault("invalid_file", location, `becomes ${bytes.length} bytes, not ${sizeBytes}`, {
      entry: name,
      expected: sizeBytes,
      found: bytes.length,
    });
  }
  return bytes;
}
