import { writeImageJRoi } from "../../../src/exchange/imagej/write-imagej-roi.ts";

/** A file with a selection that this package does not write. */
export function changed(
  bytes: Uint8Array,
  changes: Readonly<Record<number, number>>,
): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  for (const [offset, byte] of Object.entries(changes)) {
    copy[Number(offset)] = byte;
  }
  return copy;
}

const [MOVE, LINE, QUADRATIC, CUBIC, CLOSE] = [0, 1, 2, 3, 4];

/** A square, a triangle in it, and a ring of two curves beside them. */
const PATH = [
  ...[MOVE, 2, 2, LINE, 20, 2, LINE, 20, 22, LINE, 2, 22, LINE, 2, 2, CLOSE],
  ...[MOVE, 5, 5, LINE, 15, 8, LINE, 9, 19, CLOSE],
  ...[MOVE, 25, 5, LINE, 38, 5, QUADRATIC, 39, 20, 30, 30],
] as const;

/** The bytes of a composite selection with this path. */
export function composite(path: readonly number[] = [...PATH]): Uint8Array<ArrayBuffer> {
  const rect = writeImageJRoi({ type: "rect", name: "all", bounds: { x: 2, y: 2, width: 36, height: 28 } });
  const bytes = new Uint8Array(rect.length + 4 * path.length);
  bytes.set(rect.subarray(0, 64));
  bytes.set(rect.subarray(64), 64 + 4 * path.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(36, path.length);
  view.setInt32(60, 64 + 4 * path.length);
  view.setInt32(64 + 4 * path.length + 16, view.getInt32(64 + 4 * path.length + 16) + 4 * path.length);
  for (const [index, number] of path.entries()) {
    view.setFloat32(64 + 4 * index, number);
  }
  return bytes;
}

/** A path with a curve of two control points, whose ring is not closed. */
export const CUBIC_PATH: readonly number[] = [MOVE, 4, 4, CUBIC, 30, 0, 30, 30, 8, 28, LINE, 2, 9];

/** The bytes of a text selection. */
export function textRoi(text: string): Uint8Array<ArrayBuffer> {
  const rect = writeImageJRoi({ type: "rect", bounds: { x: 1, y: 2, width: 30, height: 12 } });
  const font = "Sans";
  const bytes = new Uint8Array(rect.length + 16 + 2 * (font.length + text.length));
  bytes.set(changed(rect, { 49: 1, 63: 0 }));
  const view = new DataView(bytes.buffer);
  view.setInt32(64, 12);
  view.setInt32(72, font.length);
  view.setInt32(76, text.length);
  for (const [index, character] of [...(font + text)].entries()) {
    view.setUint16(80 + 2 * index, character.charCodeAt(0));
  }
  return bytes;
}
