// Reads how a dataset of an HDF5 file lies in it: in one piece, within its header, or in chunks.

import { brokenHdf5, type Hdf5Cursor, unreadHdf5 } from "./hdf5-cursor.ts";

/** How chunks are found. */
export type ChunkIndexKind =
  | { readonly kind: "tree"; readonly address: number | undefined }
  | {
      readonly kind: "single";
      readonly address: number | undefined;
      /** With filters. */
      readonly sizeBytes: number | undefined;
      readonly filterMask: number;
    }
  | { readonly kind: "implicit"; readonly address: number | undefined }
  | { readonly kind: "fixed array"; readonly address: number | undefined };

export type DataLayout =
  | { readonly kind: "compact"; readonly data: Uint8Array }
  | { readonly kind: "contiguous"; readonly address: number | undefined; readonly sizeBytes: number }
  | {
      readonly kind: "chunked";
      /** Elements of a chunk along each axis. */
      readonly chunkShape: readonly number[];
      readonly itemBytes: number;
      readonly index: ChunkIndexKind;
    };

const OTHER_INDICES: Readonly<Record<number, string>> = {
  4: "an extensible array",
  5: "a version 2 B-tree",
};

/**
 * A layout message of version 3, 4 or 5 (HDF5 specification, §IV.A.2.i). Those of versions 1 and 2 are of before 2005. Version 5, of HDF5 2.0, differs from
 * 4 in the bytes of the size of a filtered chunk, which an array of chunks itself says.
 */
export function readLayout(cursor: Hdf5Cursor): DataLayout {
  const version = cursor.version("the layout of a dataset", [3, 4, 5]);
  const kind = cursor.uint(1);
  if (kind === 0) {
    return { kind: "compact", data: cursor.take(cursor.uint(2)) };
  }
  if (kind === 1) {
    return { kind: "contiguous", address: cursor.address(), sizeBytes: cursor.length() };
  }
  if (kind !== 2) {
    throw unreadHdf5(kind === 3 ? "a virtual dataset" : `a dataset of the layout ${kind}`, {
      offset: cursor.offset,
    });
  }
  return version === 3 ? chunkedV3(cursor) : chunkedV4(cursor);
}

function chunkedV3(cursor: Hdf5Cursor): DataLayout {
  const rank = cursor.uint(1);
  const index = { kind: "tree", address: cursor.address() } as const;
  return chunked(cursor, rank, 4, () => index);
}

function chunkedV4(cursor: Hdf5Cursor): DataLayout {
  const flags = cursor.uint(1);
  const rank = cursor.uint(1);
  const sizeBytes = cursor.uint(1);
  return chunked(cursor, rank, sizeBytes, () => indexV4(cursor, flags));
}

function indexV4(cursor: Hdf5Cursor, flags: number): ChunkIndexKind {
  const kind = cursor.uint(1);
  switch (kind) {
    case 1: {
      const isFiltered = (flags & 2) !== 0;
      const sizeBytes = isFiltered ? cursor.length() : undefined;
      const filterMask = isFiltered ? cursor.uint(4) : 0;
      return { kind: "single", address: cursor.address(), sizeBytes, filterMask };
    }
    case 2:
      return { kind: "implicit", address: cursor.address() };
    case 3:
      cursor.skip(1);
      return { kind: "fixed array", address: cursor.address() };
    default:
      throw unreadHdf5(`chunks are found by ${OTHER_INDICES[kind] ?? `an index of the type ${kind}`}`, {
        offset: cursor.offset,
      });
  }
}

/** The last number is not an axis, but the bytes of an element. */
function chunked(
  cursor: Hdf5Cursor,
  rank: number,
  sizeBytes: number,
  index: () => ChunkIndexKind,
): DataLayout {
  if (rank < 2 || rank > 33 || sizeBytes < 1 || sizeBytes > 8) {
    throw brokenHdf5("chunks have no axes that could be read", {
      offset: cursor.offset,
      found: [rank, sizeBytes],
    });
  }
  const sizes = Array.from({ length: rank }, () => cursor.uint(sizeBytes));
  if (sizes.some((size) => !(size > 0 && size < 2 ** 32))) {
    throw brokenHdf5("a chunk has no size", { offset: cursor.offset, found: sizes });
  }
  return {
    kind: "chunked",
    chunkShape: sizes.slice(0, -1),
    itemBytes: sizes.at(-1) ?? 0,
    index: index(),
  };
}
