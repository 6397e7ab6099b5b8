// Reads values that lie at equal steps of bytes in a file into an array, in pieces of bounded size.

import type { ByteSource } from "../../tiff/byte-source.ts";

/** One of two axes: how many elements, how far apart in the file, and how far apart in the result. */
export interface StridedAxis {
  readonly count: number;
  readonly stepBytes: number;
  /** In the result, in bytes. */
  readonly targetStepBytes: number;
}

/** Values of `itemBytes` bytes from `offset` on, in the file and in the result. */
export interface StridedRead {
  readonly offset: number;
  readonly targetOffset: number;
  readonly itemBytes: number;
  readonly axes: readonly [StridedAxis, StridedAxis];
}

/** Bytes of the file that are held at once. */
const PIECE_BYTES = 2 ** 22;

/**
 * Copies the values into `target`. Steps in the file must be at least as long as what they step over.
 *
 * @throws LegacyIoError `invalid_file` if the source is shorter, `io`
 */
export async function readStrided(
  source: ByteSource,
  { offset, targetOffset, itemBytes, axes }: StridedRead,
  target: Uint8Array<ArrayBuffer>,
  signal?: AbortSignal,
): Promise<void> {
  const [outer, inner] = axes.toSorted((a, b) => b.stepBytes - a.stepBytes);
  if (outer === undefined || inner === undefined || outer.count === 0 || inner.count === 0) {
    return;
  }
  const spanOf = (axis: StridedAxis, count: number, itself: number): number =>
    (count - 1) * axis.stepBytes + itself;
  const innerAtOnce = Math.max(
    1,
    Math.min(inner.count, Math.floor(PIECE_BYTES / Math.max(1, inner.stepBytes))),
  );
  const outerAtOnce =
    innerAtOnce < inner.count
      ? 1
      : Math.max(1, Math.min(outer.count, Math.floor(PIECE_BYTES / Math.max(1, outer.stepBytes))));
  for (let i = 0; i < outer.count; i += outerAtOnce) {
    const outerCount = Math.min(outerAtOnce, outer.count - i);
    for (let j = 0; j < inner.count; j += innerAtOnce) {
      signal?.throwIfAborted();
      const innerCount = Math.min(innerAtOnce, inner.count - j);
      const length = spanOf(outer, outerCount, spanOf(inner, innerCount, itemBytes));
      const bytes = await source.read(offset + i * outer.stepBytes + j * inner.stepBytes, length);
      const to = targetOffset + i * outer.targetStepBytes + j * inner.targetStepBytes;
      scatter(bytes, { itemBytes, outer, inner, outerCount, innerCount, to }, target);
    }
  }
}

interface Piece {
  readonly itemBytes: number;
  readonly outer: StridedAxis;
  readonly inner: StridedAxis;
  readonly outerCount: number;
  readonly innerCount: number;
  readonly to: number;
}

function scatter(
  bytes: Uint8Array,
  { itemBytes, outer, inner, outerCount, innerCount, to }: Piece,
  target: Uint8Array<ArrayBuffer>,
): void {
  const isRun = inner.stepBytes === itemBytes && inner.targetStepBytes === itemBytes;
  for (let i = 0; i < outerCount; i++) {
    const [from, into] = [i * outer.stepBytes, to + i * outer.targetStepBytes];
    if (isRun) {
      target.set(bytes.subarray(from, from + innerCount * itemBytes), into);
      continue;
    }
    for (let j = 0; j < innerCount; j++) {
      const [at, put] = [from + j * inner.stepBytes, into + j * inner.targetStepBytes];
      for (let byte = 0; byte < itemBytes; byte++) {
        target[put + byte] = bytes[at + byte] ?? 0;
      }
    }
  }
}
