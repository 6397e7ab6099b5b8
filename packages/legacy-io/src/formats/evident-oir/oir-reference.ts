// Makes the reference image of an OIR recording, in which its line was drawn.

import { itemSizeBytes } from "@kym/zarr-store/array";
import type { RecordedArray } from "../recording-format.ts";
import { type OirBlock, placeBlocks } from "./oir-channel.ts";
import type { OirFacts } from "./oir-facts.ts";
import { channelName, OIR_DTYPES, readRows, significantBits } from "./oir-samples.ts";

/** The image in which the line was drawn; undefined if its size cannot be told. */
export function oirReference(
  blocks: ReadonlyMap<string, readonly OirBlock[]>,
  facts: OirFacts,
  fileName: string,
  signal: AbortSignal | undefined,
): RecordedArray | undefined {
  const dtype = OIR_DTYPES.get(facts.referenceBytesPerSample ?? facts.bytesPerSample);
  if (dtype === undefined || blocks.size === 0) {
    return undefined;
  }
  const pieces = [...blocks.values()].map((each) => placeBlocks(each, 0));
  const sizes = pieces.map((each) => each.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const pixels = Math.floor((sizes[0] ?? 0) / itemSizeBytes(dtype));
  const stated = facts.reference;
  const side = Math.round(Math.sqrt(pixels));
  const [width, height] =
    stated !== undefined && stated.width * stated.height === pixels
      ? [stated.width, stated.height]
      : side * side === pixels
        ? [side, side]
        : [0, 0];
  if (width === 0 || sizes.some((size) => size !== sizes[0])) {
    return undefined;
  }
  const ids = [...blocks.keys()];
  return {
    name: `${fileName} reference`,
    dtype,
    shape: ids.length > 1 ? [ids.length, height, width] : [height, width],
    axes: ids.length > 1 ? ["c", "y", "x"] : ["y", "x"],
    significantBits: significantBits(facts.bits, dtype),
    umPerPx: facts.umPerPx === undefined ? [] : [{ value: facts.umPerPx, source: "length/x of the scan" }],
    channelNames: ids.map((id, at) => channelName(id, at, facts)),
    readLines: (start, stop, plane) => readRows(pieces, dtype, width, [start, stop, height], plane, signal),
  };
}
