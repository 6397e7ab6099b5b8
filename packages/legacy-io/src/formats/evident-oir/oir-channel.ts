// Puts the pixel blocks of one channel in order, and finds where blocks are missing between them.

import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import { type ByteSource, readInto } from "../../tiff/byte-source.ts";
import type { LineGap } from "../recording-format.ts";

/** A block of a channel in its file. */
export interface OirBlock {
  readonly source: ByteSource;
  /** The file: 0 is the main one, others are companions. */
  readonly file: number;
  /** Its number among those of the channel. */
  readonly number: number;
  readonly planeOffset: number;
  readonly planeBytes: number;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly presentBytes: number;
}

/** Bytes of a channel that are there, and where they belong in it. */
export interface OirPiece {
  readonly start: number;
  readonly sizeBytes: number;
  readonly source: ByteSource;
  readonly offset: number;
}

const MAX_READ_BYTES = 2 ** 24;

/**
 * Places the blocks of a channel: where their names say, if those places are sound; otherwise one behind the other. Where the plan then has
 * more bytes than the blocks, the missing ones are put where numbers of blocks are left out, otherwise where a companion is missing between
 * two others, and the rest at the end.
 *
 * @param plannedBytes What the plan says the channel has; 0 if it says nothing.
 */
export function placeBlocks(blocks: readonly OirBlock[], plannedBytes: number): readonly OirPiece[] {
  const heldBytes = blocks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const stated = statedPlaces(blocks, Math.max(plannedBytes, heldBytes));
  if (stated !== undefined) {
    return stated;
  }
  const missingBytes = Math.max(0, plannedBytes - heldBytes);
  const holes = holesBefore(blocks, missingBytes);
  let start = 0;
  return blocks.map(({ source, offset, sizeBytes, presentBytes }, at) => {
    const piece = { start: start + (holes.get(at) ?? 0), sizeBytes: presentBytes, source, offset };
    start = piece.start + sizeBytes;
    return piece;
  });
}

/** The places that the names state; undefined if a length is another one, or blocks would overlap or lie beyond the end. */
function statedPlaces(blocks: readonly OirBlock[], endBytes: number): readonly OirPiece[] | undefined {
  const ordered = blocks.toSorted((left, right) => left.planeOffset - right.planeOffset);
  let end = 0;
  for (const { planeOffset, planeBytes, sizeBytes } of ordered) {
    if (planeBytes !== sizeBytes || planeOffset < end || planeOffset + sizeBytes > endBytes) {
      return undefined;
    }
    end = planeOffset + sizeBytes;
  }
  return ordered.map(({ planeOffset: start, presentBytes: sizeBytes, source, offset }) => ({
    start,
    sizeBytes,
    source,
    offset,
  }));
}

/** How many bytes are missing before which block. */
function holesBefore(blocks: readonly OirBlock[], missingBytes: number): ReadonlyMap<number, number> {
  const holes = new Map<number, number>();
  if (missingBytes === 0) {
    return holes;
  }
  const blockBytes = blocks.reduce((most, { sizeBytes }) => Math.max(most, sizeBytes), 0);
  const steps = blocks.map(({ number }, at) => (at === 0 ? 1 : number - (blocks[at - 1]?.number ?? number)));
  const skipped = steps.reduce((sum, step) => sum + step - 1, 0);
  const areNumbered = steps.every((step) => step > 0) && skipped * blockBytes <= missingBytes;
  for (const [at, step] of steps.entries()) {
    if (areNumbered && step > 1) {
      holes.set(at, (step - 1) * blockBytes);
    }
  }
  if (holes.size === 0) {
    const at = blocks.findIndex(
      ({ file }, index) => index > 0 && file > (blocks[index - 1]?.file ?? file) + 1,
    );
    return at < 0 ? holes : new Map([[at, missingBytes]]);
  }
  return holes;
}

/** The lines of a channel that are not there whole. */
export function gapsOf(pieces: readonly OirPiece[], lineBytes: number, lines: number): readonly LineGap[] {
  const gaps: LineGap[] = [];
  let covered = 0;
  const note = (stop: number): void => {
    const first = Math.floor(covered / lineBytes);
    const end = Math.min(lines, Math.ceil(stop / lineBytes));
    if (stop > covered && end > first) {
      gaps.push({ firstLine: first, lines: end - first });
    }
  };
  for (const { start, sizeBytes } of pieces) {
    note(start);
    covered = Math.max(covered, start + sizeBytes);
  }
  note(lines * lineBytes);
  return mergeGaps(gaps);
}

/** Gaps in order, those that touch as one. */
export function mergeGaps(gaps: readonly LineGap[]): readonly LineGap[] {
  const merged: LineGap[] = [];
  for (const gap of gaps.toSorted((left, right) => left.firstLine - right.firstLine)) {
    const last = merged.at(-1);
    const end = last === undefined ? -1 : last.firstLine + last.lines;
    if (last !== undefined && gap.firstLine <= end) {
      const lines = Math.max(end, gap.firstLine + gap.lines) - last.firstLine;
      merged[merged.length - 1] = { firstLine: last.firstLine, lines };
    } else {
      merged.push(gap);
    }
  }
  return merged;
}

/** Reads bytes of a channel, from `start` on, into a target that is all zeros. What is missing stays zero. */
export async function readChannel(
  pieces: readonly OirPiece[],
  start: number,
  target: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stop = start + target.byteLength;
  for (let at = firstPieceBehind(pieces, start); at < pieces.length; at++) {
    const piece = pieces[at];
    if (piece === undefined || piece.start >= stop) {
      return;
    }
    const from = Math.max(start, piece.start);
    const end = Math.min(stop, piece.start + piece.sizeBytes);
    for (let done = from; done < end; done += MAX_READ_BYTES) {
      throwIfAborted(signal, LegacyIoError);
      const until = Math.min(end, done + MAX_READ_BYTES);
      await readInto(
        piece.source,
        piece.offset + done - piece.start,
        target.subarray(done - start, until - start),
      );
    }
  }
}

/** The first piece that ends behind a byte. Pieces are in order. */
function firstPieceBehind(pieces: readonly OirPiece[], start: number): number {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const piece = pieces[middle];
    if (piece !== undefined && piece.start + piece.sizeBytes <= start) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
