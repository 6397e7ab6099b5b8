// Reads the streams of an OLE2 compound file, after Microsoft's open specification MS-CFB.

import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import { assertRangeInside, type ByteSource, bytesSource } from "../../tiff/byte-source.ts";

/** The streams of a compound file, by path: `Storage00001/Stream00002`. Nothing of a stream is read before it is asked for. */
export interface CompoundFile {
  readonly paths: readonly string[];
  /** @throws {LegacyIoError} `invalid_file` for a stream whose sectors are not of its file */
  readonly open: (path: string) => Promise<ByteSource>;
}

interface Entry {
  readonly name: string;
  readonly type: number;
  readonly left: number;
  readonly right: number;
  readonly child: number;
  readonly start: number;
  readonly sizeBytes: number;
}

const SIGNATURE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const HEADER_BYTES = 512;
const HEADER_FAT_SECTORS = 109;
const ENTRY_BYTES = 128;
const NAME_BYTES = 64;
const MINI_BYTES = 64;
const END_OF_CHAIN = 0xff_ff_ff_fe;
const NO_ENTRY = 0xff_ff_ff_ff;
const MOST_SECTORS = 0xff_ff_ff_fa;
const MAX_DEPTH = 16;
const [STORAGE, STREAM] = [1, 2];

/** Whether a file begins as a compound file does. */
export async function isCompoundFile(source: ByteSource): Promise<boolean> {
  if (source.sizeBytes < HEADER_BYTES) {
    return false;
  }
  const bytes = await source.read(0, SIGNATURE.length);
  return SIGNATURE.every((byte, at) => bytes[at] === byte);
}

/**
 * Reads the directory. Takes memory for it and for the table of sectors, which is 1/128 of the file or less.
 *
 * @param name The file, for messages.
 * @throws {LegacyIoError} `invalid_file` for another kind of file, chains that run in circles or out of the file; `not_supported` beyond
 * `maxEntries`, and for sector sizes other than 512 and 4096 bytes; `io`; `aborted`
 */
export async function openCompoundFile(
  source: ByteSource,
  name: string,
  maxEntries: number,
  signal?: AbortSignal,
): Promise<CompoundFile> {
  if (!(await isCompoundFile(source))) {
    throw invalid(name, "it does not begin as a compound file");
  }
  const header = view(await source.read(0, HEADER_BYTES));
  const sectors = await sectorsOf(source, header, name, signal);
  const directory = await directoryOf(sectors, header.getUint32(48, true), maxEntries);
  const [root] = directory;
  if (root === undefined) {
    throw invalid(name, "it has no directory");
  }
  const streams = streamsBelow(directory, root.child);
  const miniLimit = header.getUint32(56, true);
  const miniStart = header.getUint32(60, true);
  const mini = async (entry: Entry): Promise<ByteSource> => {
    const container = sectors.chain(root.start, Math.min(root.sizeBytes, source.sizeBytes));
    const table = sectors.whole(miniStart);
    return miniSource(container, view(await table.read(0, table.sizeBytes)), entry, name);
  };
  return {
    paths: [...streams.keys()],
    open: async (path) => {
      const entry = streams.get(path);
      if (entry === undefined) {
        throw invalid(name, `it has no stream ${path}`);
      }
      return entry.sizeBytes < miniLimit ? mini(entry) : sectors.chain(entry.start, entry.sizeBytes);
    },
  };
}

/** Sectors of a file and which one follows which. */
interface Sectors {
  readonly name: string;
  /** A chain of which the length is known. */
  readonly chain: (start: number, sizeBytes: number) => ByteSource;
  /** A chain to its end. */
  readonly whole: (start: number) => ByteSource;
}

async function sectorsOf(
  source: ByteSource,
  header: DataView,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Sectors> {
  const shift = header.getUint16(30, true);
  const isKnown = header.getUint16(28, true) === 0xff_fe && (shift === 9 || shift === 12);
  if (!isKnown || header.getUint16(32, true) !== 6) {
    throw new LegacyIoError("not_supported", `${name}: compound files with sectors of 2^${shift} bytes`, {
      path: name,
      expected: [9, 12],
      found: shift,
    });
  }
  const sectorBytes = 2 ** shift;
  const perSector = sectorBytes / 4;
  const count = Math.max(0, Math.ceil((source.sizeBytes - sectorBytes) / sectorBytes));
  const offsetOf = (sector: number): number => {
    if (sector >= count) {
      throw invalid(name, `sector ${sector} lies outside the file of ${count}`);
    }
    return (sector + 1) * sectorBytes;
  };
  const readSector = async (sector: number): Promise<DataView> => {
    throwIfAborted(signal, LegacyIoError);
    return view(await source.read(offsetOf(sector), sectorBytes));
  };
  // No more of the table than the file has sectors for.
  const tableSectors = Math.min(header.getUint32(44, true), Math.ceil(count / perSector));
  const places: number[] = [];
  for (let at = 0; at < Math.min(tableSectors, HEADER_FAT_SECTORS); at++) {
    places.push(header.getUint32(76 + at * 4, true));
  }
  for (let next = header.getUint32(68, true); places.length < tableSectors && next < MOST_SECTORS; ) {
    const more = await readSector(next);
    for (let at = 0; at < perSector - 1 && places.length < tableSectors; at++) {
      places.push(more.getUint32(at * 4, true));
    }
    next = more.getUint32(sectorBytes - 4, true);
  }
  const following = new Uint32Array(places.length * perSector).fill(NO_ENTRY);
  for (const [at, place] of places.entries()) {
    const part = await readSector(place);
    for (let entry = 0; entry < perSector; entry++) {
      following[at * perSector + entry] = part.getUint32(entry * 4, true);
    }
  }
  const follow = (start: number, most: number): readonly Run[] => {
    const runs: Run[] = [];
    let left = most;
    for (let sector = start; left > 0 && sector !== END_OF_CHAIN; left--) {
      const offset = offsetOf(sector);
      const last = runs.at(-1);
      if (last !== undefined && last.offset + last.sizeBytes === offset) {
        runs[runs.length - 1] = { ...last, sizeBytes: last.sizeBytes + sectorBytes };
      } else {
        const begin = last === undefined ? 0 : last.start + last.sizeBytes;
        runs.push({ start: begin, offset, sizeBytes: sectorBytes });
      }
      sector = following[sector] ?? NO_ENTRY;
    }
    return runs;
  };
  return {
    name,
    chain: (start, sizeBytes) => {
      if (sizeBytes > source.sizeBytes) {
        throw invalid(name, `a stream of ${sizeBytes} bytes in a file of ${source.sizeBytes}`);
      }
      return runsSource(source, follow(start, Math.ceil(sizeBytes / sectorBytes)), sizeBytes, name);
    },
    whole: (start) => {
      const runs = start === END_OF_CHAIN ? [] : follow(start, count + 1);
      const sizeBytes = runs.reduce((sum, run) => sum + run.sizeBytes, 0);
      if (sizeBytes > count * sectorBytes) {
        throw invalid(name, "a chain of sectors runs in a circle");
      }
      return runsSource(source, runs, sizeBytes, name);
    },
  };
}

/** Bytes of a stream that lie together in the file. */
interface Run {
  readonly start: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** A stream as a source: reads go to the runs that hold them. */
function runsSource(source: ByteSource, runs: readonly Run[], sizeBytes: number, name: string): ByteSource {
  const last = runs.at(-1);
  const held = last === undefined ? 0 : last.start + last.sizeBytes;
  if (held < sizeBytes) {
    throw invalid(name, `a stream of ${sizeBytes} bytes has sectors for ${held}`);
  }
  const parts = (offset: number, length: number): readonly Run[] => {
    assertRangeInside(sizeBytes, offset, length);
    return runs
      .slice(runAt(runs, offset), runAt(runs, offset + Math.max(0, length - 1)) + 1)
      .map(({ start, offset: place, sizeBytes: size }) => {
        const from = Math.max(offset, start);
        const until = Math.min(offset + length, start + size);
        return { start: from - offset, offset: place + from - start, sizeBytes: until - from };
      });
  };
  const readInto = async (offset: number, target: Uint8Array): Promise<void> => {
    for (const part of parts(offset, target.byteLength)) {
      target.set(await source.read(part.offset, part.sizeBytes), part.start);
    }
  };
  return {
    sizeBytes,
    read: async (offset, length) => {
      const [only, ...further] = parts(offset, length);
      if (length === 0 || only === undefined) {
        return new Uint8Array(0);
      }
      if (further.length === 0) {
        return source.read(only.offset, only.sizeBytes);
      }
      const bytes = new Uint8Array(length);
      await readInto(offset, bytes);
      return bytes;
    },
    readInto,
  };
}

/** The index of the run that holds a byte. */
function runAt(runs: readonly Run[], byte: number): number {
  let [low, high] = [0, runs.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((runs[middle]?.start ?? 0) <= byte) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

/** A small stream, whose parts of 64 bytes lie in another stream. */
async function miniSource(
  container: ByteSource,
  following: DataView,
  { start, sizeBytes }: Entry,
  name: string,
): Promise<ByteSource> {
  if (sizeBytes > container.sizeBytes) {
    throw invalid(name, `a small stream of ${sizeBytes} bytes in ${container.sizeBytes}`);
  }
  const bytes = new Uint8Array(sizeBytes);
  let part = start;
  for (let done = 0; done < sizeBytes; done += MINI_BYTES) {
    const length = Math.min(MINI_BYTES, sizeBytes - done);
    bytes.set(await container.read(part * MINI_BYTES, length), done);
    part = part * 4 + 4 <= following.byteLength ? following.getUint32(part * 4, true) : NO_ENTRY;
  }
  return bytesSource(bytes);
}

async function directoryOf(sectors: Sectors, start: number, maxEntries: number): Promise<readonly Entry[]> {
  const source = sectors.whole(start);
  const count = Math.floor(source.sizeBytes / ENTRY_BYTES);
  if (count > maxEntries) {
    throw new LegacyIoError("not_supported", `${sectors.name} has a directory of ${count} entries`, {
      path: sectors.name,
      expected: maxEntries,
      found: count,
    });
  }
  const entries: Entry[] = [];
  const whole = view(await source.read(0, count * ENTRY_BYTES));
  for (let at = 0; at < count; at++) {
    const entry = new DataView(whole.buffer, whole.byteOffset + at * ENTRY_BYTES, ENTRY_BYTES);
    const nameBytes = Math.min(NAME_BYTES, Math.max(0, entry.getUint16(64, true) - 2));
    const name = new Uint8Array(entry.buffer, entry.byteOffset, nameBytes - (nameBytes % 2));
    entries.push({
      name: new TextDecoder("utf-16le").decode(name),
      type: entry.getUint8(66),
      left: entry.getUint32(68, true),
      right: entry.getUint32(72, true),
      child: entry.getUint32(76, true),
      start: entry.getUint32(116, true),
      // The upper half is rubbish in files with sectors of 512 bytes, and no file here needs it.
      sizeBytes: entry.getUint32(120, true),
    });
  }
  return entries;
}

/** All streams by their paths. Each entry is visited once, so trees that run in circles end. */
function streamsBelow(directory: readonly Entry[], root: number): ReadonlyMap<string, Entry> {
  const streams = new Map<string, Entry>();
  const seen = new Set<number>();
  const left: { readonly at: number; readonly path: readonly string[] }[] = [{ at: root, path: [] }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const entry = directory[next.at];
    if (entry === undefined || seen.has(next.at)) {
      continue;
    }
    seen.add(next.at);
    const path = [...next.path, entry.name];
    if (entry.type === STREAM) {
      streams.set(path.join("/"), entry);
    } else if (entry.type === STORAGE && path.length < MAX_DEPTH) {
      left.push({ at: entry.child, path });
    }
    left.push({ at: entry.left, path: next.path }, { at: entry.right, path: next.path });
  }
  return streams;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function invalid(name: string, problem: string): LegacyIoError {
  return new LegacyIoError("invalid_file", `${name}: ${problem}`, { path: name });
}
