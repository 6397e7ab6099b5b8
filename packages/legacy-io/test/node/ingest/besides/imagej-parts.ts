import { writeImageJRoi } from "@kym/roi/imagej";
import type { ImageJMetadata } from "../../../../src/tiff/index.ts";

const OVAL_TYPE = 2;
const TYPE_BYTE = 6;
const GROUP_BYTE = 64 + 30;

/** A rect of ImageJ in the first rows, with a group, which a ROI has no place for. */
export function rect(name: string, y = 0): Uint8Array {
  const bytes = writeImageJRoi({ type: "rect", name, bounds: { x: 0, y, width: 2, height: 2 } });
  return bytes.with(GROUP_BYTE, 5);
}

/** An ellipse of ImageJ in the first rows. */
export function oval(name: string): Uint8Array {
  const bytes = writeImageJRoi({ type: "rect", name, bounds: { x: 0, y: 0, width: 3, height: 4 } });
  return bytes.with(TYPE_BYTE, OVAL_TYPE);
}

/** What ImageJ keeps in its tags, with nothing but these parts. */
export function metadataOf(part: Partial<ImageJMetadata>): ImageJMetadata {
  const nothing = { properties: [], labels: [], ranges: [], luts: [], overlay: [], others: [] };
  return { info: undefined, selection: undefined, ...nothing, ...part };
}
