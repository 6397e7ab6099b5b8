// Sorts the pixel blocks of a recording by where they belong, and tells line scans from frame scans.

import type { OirBlock } from "./oir-channel.ts";
import type { OirFacts } from "./oir-facts.ts";
import type { OirFileSet } from "./oir-files.ts";
import { type OirUid, parseOirUid } from "./oir-uid.ts";

/** The blocks of one place along the axes l and z, by channel and in their order. */
export interface OirPlanes {
  readonly l: number;
  readonly z: number;
  /** Steps along t. */
  readonly times: number;
  readonly channels: ReadonlyMap<string, readonly OirBlock[]>;
}

/** What a recording's blocks are, by where they belong. */
export interface OirGroups {
  readonly scans: readonly OirPlanes[];
  readonly reference: ReadonlyMap<string, readonly OirBlock[]>;
  readonly warnings: readonly string[];
}

interface FoundBlock extends OirBlock {
  readonly uid: OirUid;
}

/** Sorts all blocks of all files by their names. */
export function groupBlocks({ files }: OirFileSet): OirGroups {
  const found: FoundBlock[] = [];
  let unknown = 0;
  for (const { number: file, source, layout } of files) {
    for (const { uid: text, ...block } of layout.pixels) {
      const uid = parseOirUid(text);
      if (uid === undefined) {
        unknown++;
      } else {
        found.push({ ...block, uid, source, file, number: uid.block });
      }
    }
  }
  const scanned = found.filter(({ uid }) => uid.kind === "scan");
  const groups = [...Map.groupBy(scanned, ({ uid: { l, z } }) => `${l} ${z}`).values()];
  return {
    scans: groups.map((blocks) => {
      const [
        {
          uid: { l, z },
        } = { uid: { l: 0, z: 0 } },
      ] = blocks;
      const times = new Set(blocks.map(({ uid }) => uid.t)).size;
      // Blocks of one time have numbers of their own; of many times, the time is what counts.
      const ordered =
        times === 1
          ? blocks
          : blocks
              .toSorted((left, right) => left.uid.t - right.uid.t)
              .map((block) => ({ ...block, number: block.uid.t }));
      return { l, z, times, channels: Map.groupBy(ordered, ({ uid }) => uid.channel) };
    }),
    reference: Map.groupBy(
      found.filter(({ uid }) => uid.kind === "reference"),
      ({ uid }) => uid.channel,
    ),
    warnings:
      unknown === 0 ? [] : [`${unknown} blocks of pixels have names of another kind: they are left out`],
  };
}

/** How many lines the fullest channel has, in whole ones. */
export function linesHeld({ channels }: OirPlanes, lineBytes: number): number {
  const held = [...channels.values()].map((blocks) =>
    blocks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  );
  return Math.floor(Math.max(0, ...held) / lineBytes);
}

/**
 * Whether the blocks of a place are a line scan: more lines than a frame has, as many as were planned, or fewer along a line that was
 * drawn. A series of frames has its frames at times of their own.
 */
export function isLineScan(planes: OirPlanes, facts: OirFacts, lines: number): boolean {
  const planned = facts.plan.get("TIMELAPSE");
  if (planes.times > 1) {
    return facts.height === 1 || (lines === planned && planes.times !== planned);
  }
  return lines > facts.height || lines === planned || (facts.line !== undefined && lines < (planned ?? 0));
}
