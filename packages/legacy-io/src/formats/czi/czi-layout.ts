// Decides which blocks of a Zeiss CZI file are lines of which scan: ZEN stores a plane of one row for each line.

import { LegacyIoError } from "../../errors.ts";
import type { LineGap, RecordingLimits } from "../recording-format.ts";
import { type CziDirectory, PLANE_DIMENSIONS, type PlaneDimension } from "./czi-directory.ts";

/** A scan: its blocks by plane and line. */
export interface CziLayout {
  /** Of its scene and other dimensions that are not axes; empty for the only scan. */
  readonly name: string;
  /** Lengths: channels, depths (1 unless there are times as well), lines, pixels. */
  readonly channels: number;
  readonly depths: number;
  readonly lines: number;
  readonly width: number;
  /** The dimension of the lines. */
  readonly along: "T" | "Z";
  /** The first index of each dimension, as the directory has it. */
  readonly first: { readonly x: number; readonly line: number };
  /** The channels' numbers in the file, in order. */
  readonly channelNumbers: readonly number[];
  /** The first block of a line, by plane × lines + line; -1 for none. */
  readonly blockOf: Int32Array;
  /** The next block of the same line, by block; -1 for none. */
  readonly nextOf: Int32Array;
  readonly gaps: readonly LineGap[];
  /** Blocks that a later one of the same place replaced. */
  readonly replaced: number;
}

/** Planes that do not belong to a line scan, in words. */
export interface CziLayouts {
  readonly scans: readonly CziLayout[];
  readonly notScans: readonly string[];
}

/** Dimensions that tell scans of a file apart. */
const APART = PLANE_DIMENSIONS.filter((letter) => letter !== "C" && letter !== "T" && letter !== "Z");
const MAX_SCANS = 1000;
const MAX_TILES = 64;

/** @throws LegacyIoError `not_supported` beyond the limits */
export function cziLayouts(directory: CziDirectory, limits: RecordingLimits): CziLayouts {
  const scans: CziLayout[] = [];
  const notScans: string[] = [];
  const groups = groupsOf(directory);
  for (const [name, blocks] of groups) {
    const said = groups.size === 1 ? "" : name;
    const frame = frameOf(directory, blocks);
    if (frame === undefined) {
      scans.push(layoutOf(directory, blocks, said, limits));
    } else {
      notScans.push(`${said === "" ? "" : `${JSON.stringify(said)}, `}${frame}`);
    }
  }
  return { scans, notScans };
}

/** The blocks of each scan, by its name. */
function groupsOf({ count, starts }: CziDirectory): ReadonlyMap<string, Int32Array> {
  const used = APART.filter((letter) => new Set(starts[letter].subarray(0, count)).size > 1);
  if (used.length === 0) {
    return count === 0 ? new Map() : new Map([["", Int32Array.from({ length: count }, (_, block) => block)]]);
  }
  const groups = new Map<string, number[]>();
  for (let block = 0; block < count; block++) {
    const name = used.map((letter) => `${WORDS[letter] ?? letter} ${starts[letter][block] ?? 0}`).join(", ");
    const blocks = groups.get(name) ?? [];
    groups.set(name, blocks);
    blocks.push(block);
    if (groups.size > MAX_SCANS) {
      throw new LegacyIoError("not_supported", `a CZI with more than ${MAX_SCANS} scenes`, {
        expected: MAX_SCANS,
      });
    }
  }
  return new Map([...groups].map(([name, blocks]) => [name, Int32Array.from(blocks)]));
}

const WORDS: Readonly<Partial<Record<PlaneDimension, string>>> = { S: "scene" };

interface Range {
  readonly min: number;
  readonly max: number;
}

function rangeOf(values: Int32Array, blocks: Int32Array): Range {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const block of blocks) {
    const value = values[block] ?? 0;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
}

/** What the blocks are in words, if they are frames; undefined for a line scan. */
function frameOf({ starts, heights, widths }: CziDirectory, blocks: Int32Array): string | undefined {
  const [rows, tops] = [rangeOf(heights, blocks), rangeOf(starts.Y, blocks)];
  const [times, depths] = [rangeOf(starts.T, blocks), rangeOf(starts.Z, blocks)];
  const width = rangeOf(widths, blocks).max;
  const isLine = rows.max <= 1 && tops.min === tops.max;
  const planes = Math.max(times.max - times.min, depths.max - depths.min) + 1;
  if (isLine && planes > 1) {
    return undefined;
  }
  const height = Math.max(rows.max, tops.max - tops.min + 1);
  return planes > 1 ? `frames of ${height} × ${width} pixels` : `one plane of ${height} × ${width} pixels`;
}

function layoutOf(
  directory: CziDirectory,
  blocks: Int32Array,
  name: string,
  limits: RecordingLimits,
): CziLayout {
  const { starts, widths, count } = directory;
  const [times, depths, left] = [starts.T, starts.Z, starts.X].map((values) => rangeOf(values, blocks));
  const right = blocks.reduce(
    (end, block) => Math.max(end, (starts.X[block] ?? 0) + (widths[block] ?? 0)),
    left?.min ?? 0,
  );
  if (times === undefined || depths === undefined || left === undefined) {
    throw new RangeError("three ranges of three columns");
  }
  const isTimed = times.max > times.min;
  const lineRange = isTimed ? times : depths;
  const lines = lineRange.max - lineRange.min + 1;
  const depthCount = isTimed ? depths.max - depths.min + 1 : 1;
  const channelNumbers = [...new Set(Array.from(blocks, (block) => starts.C[block] ?? 0))].sort(
    (a, b) => a - b,
  );
  const width = right - left.min;
  const cells = channelNumbers.length * depthCount * lines;
  if (width < 1 || blocks.some((block) => (widths[block] ?? 0) < 1)) {
    throw new LegacyIoError("invalid_file", "a CZI with a block of no pixels", { found: width });
  }
  if (cells > limits.maxEntries || cells * width > limits.maxDecodedBytes) {
    throw new LegacyIoError(
      "not_supported",
      `a CZI whose line scan is ${channelNumbers.length * depthCount} × ${lines} lines of ${width} pixels`,
      { expected: limits.maxDecodedBytes, found: cells * width },
    );
  }
  const channelAt = new Map(channelNumbers.map((number, at) => [number, at]));
  const blockOf = new Int32Array(cells).fill(-1);
  const nextOf = new Int32Array(count).fill(-1);
  let replaced = 0;
  for (const block of blocks) {
    const channel = channelAt.get(starts.C[block] ?? 0) ?? 0;
    const depth = isTimed ? (starts.Z[block] ?? 0) - depths.min : 0;
    const line = ((isTimed ? starts.T : starts.Z)[block] ?? 0) - lineRange.min;
    const cell = (channel * depthCount + depth) * lines + line;
    replaced += place(directory, { blockOf, nextOf }, cell, block);
  }
  return {
    ...{ name, channels: channelNumbers.length, depths: depthCount, lines, width },
    along: isTimed ? "T" : "Z",
    first: { x: left.min, line: lineRange.min },
    ...{ channelNumbers, blockOf, nextOf, replaced },
    gaps: gapsOf(blockOf, lines),
  };
}

/** Adds a block to its line. The same place written twice: the last block counts. Returns how many it replaces. */
function place(
  { starts }: CziDirectory,
  { blockOf, nextOf }: Pick<CziLayout, "blockOf" | "nextOf">,
  cell: number,
  block: number,
): number {
  let before = -1;
  let tiles = 0;
  for (let other = blockOf[cell] ?? -1; other >= 0; other = nextOf[other] ?? -1) {
    if (starts.X[other] === starts.X[block]) {
      nextOf[block] = nextOf[other] ?? -1;
      if (before < 0) {
        blockOf[cell] = block;
      } else {
        nextOf[before] = block;
      }
      return 1;
    }
    before = other;
    tiles++;
    if (tiles > MAX_TILES) {
      throw new LegacyIoError("not_supported", `a CZI with a line of more than ${MAX_TILES} tiles`, {
        expected: MAX_TILES,
      });
    }
  }
  if (before < 0) {
    blockOf[cell] = block;
  } else {
    nextOf[before] = block;
  }
  return 0;
}

/** Runs of lines that a channel or depth does not have. */
function gapsOf(blockOf: Int32Array, lines: number): readonly LineGap[] {
  const isMissing = new Uint8Array(lines);
  for (const [cell, block] of blockOf.entries()) {
    if (block < 0) {
      isMissing[cell % lines] = 1;
    }
  }
  const gaps: LineGap[] = [];
  for (let line = 0; line < lines; line++) {
    if (isMissing[line] === 1) {
      let end = line + 1;
      while (end < lines && isMissing[end] === 1) {
        end++;
      }
      gaps.push({ firstLine: line, lines: end - line });
      line = end;
    }
  }
  return gaps;
}
