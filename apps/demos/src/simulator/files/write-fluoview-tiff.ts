// Writes a TIFF in the layout in which an Olympus FluoView microscope exports a line scan.

import type { ScanGeometry } from "../scan-geometry.ts";

const MAX_STRIP_BYTES = 65_536;
const IFD_OFFSET = 8;
const ENTRY_BYTES = 12;
const SHORT_MAX = 65_535;
const SOFTWARE = "@kym/demos simulator, in the layout of FV30S-SW";

type FieldType = "ascii" | "short" | "long" | "rational";

const TYPE_CODES: Readonly<Record<FieldType, number>> = { ascii: 2, short: 3, long: 4, rational: 5 };
const TYPE_BYTES: Readonly<Record<FieldType, number>> = { ascii: 1, short: 2, long: 4, rational: 8 };

interface Field {
  readonly tag: number;
  readonly type: FieldType;
  /** The character codes of an ascii field; numerator and denominator of a rational field. */
  readonly values: readonly number[];
}

/**
 * Writes a line scan as FluoView did in 2025: little-endian, one page of uint16 without compression, the IFD first,
 * then strips of less than 64 KiB. The resolution is a placeholder: only the text header has the true scale.
 */
export function writeFluoviewTiff(
  { lines, px }: Pick<ScanGeometry, "lines" | "px">,
  pixels: Uint16Array,
): Uint8Array<ArrayBuffer> {
  if (pixels.length !== lines * px) {
    throw new RangeError(`expected ${lines} × ${px} pixels, found ${pixels.length}`);
  }
  const rowBytes = 2 * px;
  const rowsPerStrip = Math.max(1, Math.floor((MAX_STRIP_BYTES - 1) / rowBytes));
  const stripBytes = Array.from(
    { length: Math.ceil(lines / rowsPerStrip) },
    (_, strip) => rowBytes * Math.min(rowsPerStrip, lines - strip * rowsPerStrip),
  );
  const fieldsAt = (dataOffset: number): readonly Field[] => [
    { tag: 254, type: "long", values: [0] },
    size(256, px),
    size(257, lines),
    { tag: 258, type: "short", values: [16] },
    { tag: 259, type: "short", values: [1] },
    { tag: 262, type: "short", values: [1] },
    {
      tag: 273,
      type: "long",
      values: stripBytes.map((_, strip) => dataOffset + strip * rowsPerStrip * rowBytes),
    },
    { tag: 277, type: "short", values: [1] },
    size(278, rowsPerStrip),
    { tag: 279, type: "long", values: stripBytes },
    { tag: 280, type: "short", values: [0] },
    { tag: 281, type: "short", values: [4095] },
    { tag: 282, type: "rational", values: [327_680_000, 32_768] },
    { tag: 283, type: "rational", values: [327_680_000, 32_768] },
    { tag: 284, type: "short", values: [1] },
    { tag: 296, type: "short", values: [3] },
    { tag: 305, type: "ascii", values: [...new TextEncoder().encode(SOFTWARE), 0] },
  ];
  const dataOffset = headBytes(fieldsAt(0));
  const bytes = new Uint8Array(dataOffset + lines * rowBytes);
  const view = new DataView(bytes.buffer);
  writeHead(view, fieldsAt(dataOffset));
  for (const [index, pixel] of pixels.entries()) {
    view.setUint16(dataOffset + 2 * index, pixel, true);
  }
  return bytes;
}

function size(tag: number, value: number): Field {
  return { tag, type: value > SHORT_MAX ? "long" : "short", values: [value] };
}

function fieldBytes({ type, values }: Field): number {
  return (values.length * TYPE_BYTES[type]) / (type === "rational" ? 2 : 1);
}

/** Returns the bytes of a value that does not fit into its entry. It follows the IFD, at an even offset. */
function outsideBytes(field: Field): number {
  const length = fieldBytes(field);
  return length > 4 ? length + (length % 2) : 0;
}

function ifdEnd(fields: readonly Field[]): number {
  return IFD_OFFSET + 2 + fields.length * ENTRY_BYTES + 4;
}

function headBytes(fields: readonly Field[]): number {
  return fields.reduce((end, field) => end + outsideBytes(field), ifdEnd(fields));
}

function writeHead(view: DataView, fields: readonly Field[]): void {
  view.setUint16(0, 0x4949, true);
  view.setUint16(2, 42, true);
  view.setUint32(4, IFD_OFFSET, true);
  view.setUint16(IFD_OFFSET, fields.length, true);
  let outside = ifdEnd(fields);
  for (const [index, field] of fields.entries()) {
    const entry = IFD_OFFSET + 2 + index * ENTRY_BYTES;
    const count = field.type === "rational" ? field.values.length / 2 : field.values.length;
    view.setUint16(entry, field.tag, true);
    view.setUint16(entry + 2, TYPE_CODES[field.type], true);
    view.setUint32(entry + 4, count, true);
    if (fieldBytes(field) <= 4) {
      writeValues(view, entry + 8, field);
    } else {
      view.setUint32(entry + 8, outside, true);
      writeValues(view, outside, field);
      outside += outsideBytes(field);
    }
  }
}

function writeValues(view: DataView, offset: number, field: Field): void {
  for (const [index, value] of field.values.entries()) {
    switch (field.type) {
      case "ascii":
        view.setUint8(offset + index, value);
        break;
      case "short":
        view.setUint16(offset + 2 * index, value, true);
        break;
      case "long":
      case "rational":
        view.setUint32(offset + 4 * index, value, true);
        break;
      default:
        field.type satisfies never;
    }
  }
}
