// Opens an HDF5 file: its superblock, and reads of its blocks within limits.

import { LegacyIoError } from "../../../errors.ts";
import type { ByteSource } from "../../../tiff/byte-source.ts";
import type { RecordingLimits } from "../../recording-format.ts";
import { brokenHdf5, Hdf5Cursor, type Hdf5Sizes, unreadHdf5 } from "./hdf5-cursor.ts";
import { expectChecksum } from "./lookup3.ts";

const SIGNATURE = "\x89HDF\r\n\x1a\n";
/** Behind a block of the user, whose size is a power of two. */
const PLACES = [0, 512, 1024, 2048, 4096, 8192] as const;
const MOST_SUPERBLOCK_BYTES = 128;
const SIZES = [2, 4, 8];

/** An open file. Addresses count from its superblock. */
export interface Hdf5File extends Hdf5Sizes {
  readonly root: number;
  readonly limits: RecordingLimits;
  /** Reads a block of metadata. */
  readonly block: (address: number, length: number) => Promise<Hdf5Cursor>;
  /** Reads bytes of pixels, straight into `target`. */
  readonly pixelsInto: (address: number, target: Uint8Array) => Promise<void>;
  /** Counts nodes, messages, links and chunks. @throws LegacyIoError `not_supported` beyond `maxEntries` */
  readonly count: (entries: number) => void;
  /** Whether a limit of the whole file was met. */
  readonly isSpent: () => boolean;
}

/** Where a file begins as the description of HDF5 says, at 0 or behind a block of up to 8 KiB; undefined if it does not. */
export async function hdf5Start(source: ByteSource): Promise<number | undefined> {
  for (const place of PLACES) {
    if (place + SIGNATURE.length > source.sizeBytes) {
      return undefined;
    }
    const bytes = await source.read(place, SIGNATURE.length);
    if (String.fromCharCode(...bytes) === SIGNATURE) {
      return place;
    }
  }
  return undefined;
}

/**
 * Reads the superblock. Source of everything in this folder: the HDF5 File Format Specification 3.0 of The HDF Group; superblocks: HDF5 specification, §II.A.
 *
 * @throws LegacyIoError `invalid_file`; `not_supported` for other versions than 0, 1, 2 and 3, and other sizes than 2, 4 and 8 bytes
 */
export async function openHdf5(source: ByteSource, limits: RecordingLimits): Promise<Hdf5File> {
  const start = await hdf5Start(source);
  if (start === undefined) {
    throw brokenHdf5("it does not begin as HDF5 does", { offset: 0 });
  }
  const head = await source.read(start, Math.min(MOST_SUPERBLOCK_BYTES, source.sizeBytes - start));
  const { sizes, root, end } = readSuperblock(head, start);
  if (end > source.sizeBytes) {
    throw brokenHdf5("it is cut off", { expected: end, found: source.sizeBytes });
  }
  let [entries, textBytes] = [0, 0];
  return {
    ...sizes,
    root,
    limits,
    block: async (address, length) => {
      textBytes += length;
      if (textBytes > limits.maxTextBytes) {
        throw tooMuch("bytes of metadata", limits.maxTextBytes);
      }
      return new Hdf5Cursor(await source.read(start + address, length), sizes, start + address);
    },
    pixelsInto: async (address, target) => {
      if (source.readInto === undefined) {
        target.set(await source.read(start + address, target.length));
      } else {
        await source.readInto(start + address, target);
      }
    },
    count: (more) => {
      entries += more;
      if (entries > limits.maxEntries) {
        throw tooMuch("nodes, messages and chunks", limits.maxEntries);
      }
    },
    isSpent: () => entries > limits.maxEntries || textBytes > limits.maxTextBytes,
  };
}

function tooMuch(what: string, most: number): LegacyIoError {
  return new LegacyIoError("not_supported", `HDF5: it has more ${what} than are read`, { expected: most });
}

interface Superblock {
  readonly sizes: Hdf5Sizes;
  readonly root: number;
  readonly end: number;
}

function readSuperblock(bytes: Uint8Array, offset: number): Superblock {
  const head = new Hdf5Cursor(bytes, { offsetBytes: 8, lengthBytes: 8 }, offset);
  head.skip(SIGNATURE.length);
  const version = head.version("its superblock", [0, 1, 2, 3]);
  if (version < 2) {
    head.skip(4);
  }
  const sizes = { offsetBytes: head.uint(1), lengthBytes: head.uint(1) };
  if (!SIZES.includes(sizes.offsetBytes) || !SIZES.includes(sizes.lengthBytes)) {
    throw unreadHdf5(`addresses and lengths take ${sizes.offsetBytes} and ${sizes.lengthBytes} bytes`, {
      expected: SIZES,
    });
  }
  const cursor = new Hdf5Cursor(bytes, sizes, offset);
  cursor.at = head.at;
  if (version < 2) {
    // A reserved byte, the sizes of nodes, flags; of version 1 the size of the nodes of chunks as well.
    cursor.skip(version === 0 ? 9 : 13);
    // The base is where the superblock is, whatever it says: as the library has it.
    cursor.address();
    cursor.address();
    const end = needed(cursor.address(), cursor);
    cursor.address();
    cursor.length();
    return { sizes, root: needed(cursor.address(), cursor), end };
  }
  cursor.skip(1);
  cursor.address();
  cursor.address();
  const end = needed(cursor.address(), cursor);
  const root = needed(cursor.address(), cursor);
  expectChecksum(cursor, "its superblock");
  return { sizes, root, end };
}

function needed(address: number | undefined, { offset, at }: Hdf5Cursor): number {
  if (address === undefined) {
    throw brokenHdf5("an address that it needs is missing", { offset: offset + at });
  }
  return address;
}
