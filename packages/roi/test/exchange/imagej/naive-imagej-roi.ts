import { Buffer } from "node:buffer";
import type { ImageJPoint, ImageJRoi } from "../../../src/exchange/imagej/imagej-roi.ts";

const TYPES = "polygon rect oval line freeline polyline none freehand traced angle point".split(" ");
const SUBTYPES = [undefined, "text", "arrow", "ellipse", "image", "rotated_rect"];

/**
 * An independent reader of `.roi` files. It follows the description of the format line by line, with the
 * methods of Node's `Buffer`, which throw at the end of the file. Returns undefined if a number has no meaning.
 */
export function naiveImageJRoi(bytes: Uint8Array): unknown {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.toString("latin1", 0, 4) !== "Iout" || file.readUInt16BE(4) < 217 || file.length < 64) {
    return undefined;
  }
  const version = file.readUInt16BE(4);
  const type = TYPES[file.readUInt8(6)];
  const subtype = SUBTYPES[file.readUInt16BE(48)];
  const isComposite = file.readInt32BE(36) > 0;
  const hasFloats = (file.readUInt16BE(50) & 128) === 128;
  const [top, left, bottom, right] = [8, 10, 12, 14].map((at) => short(file, at)) as [
    number,
    number,
    number,
    number,
  ];
  const second = file.readInt32BE(60);
  const inSecond = (at: number): number => (second === 0 ? 0 : file.readInt32BE(second + at));
  const nameLength = inSecond(20);
  const nameAt = inSecond(16);
  const name =
    nameLength === 0 || nameAt === 0
      ? undefined
      : Array.from({ length: nameLength }, (_, n) =>
          String.fromCharCode(file.readUInt16BE(nameAt + 2 * n)),
        ).join("");
  let coordinates: ImageJPoint[] = [];
  let bounds = { x: left, y: top, width: right - left, height: bottom - top };
  let isSubPixel = false;
  if (isComposite || type === "none") {
    // These are given by their bounds alone.
  } else if (type === "line") {
    coordinates = [pointAt(file, 18, 22), pointAt(file, 26, 30)];
    isSubPixel = true;
  } else if (type === "rect" || type === "oval") {
    isSubPixel = hasFloats && version >= 223;
    const [x, y, width, height] = [18, 22, 26, 30].map((at) => plain(file.readFloatBE(at)));
    bounds = isSubPixel ? ({ x, y, width, height } as typeof bounds) : bounds;
  } else {
    isSubPixel = hasFloats && version >= 222;
    const n = file.readUInt16BE(16) || file.readInt32BE(18);
    for (let i = 0; i < n; i++) {
      const whole = {
        x: left + Math.max(0, short(file, 64 + 2 * i)),
        y: top + Math.max(0, short(file, 64 + 2 * n + 2 * i)),
      };
      coordinates.push(isSubPixel ? pointAt(file, 64 + 4 * n + 4 * i, 64 + 8 * n + 4 * i) : whole);
    }
  }
  if (coordinates.length > 0) {
    const [xs, ys] = [coordinates.map(({ x }) => x), coordinates.map(({ y }) => y)];
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    bounds = { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
  }
  const ignored = ignoredOf(file, type, subtype, second, inSecond);
  return {
    type,
    ...(subtype === undefined ? {} : { subtype }),
    isComposite,
    ...(isComposite ? { rings: ringsOf(file) } : {}),
    ...(subtype === "text" && !isComposite ? textOf(file) : {}),
    ...(name === undefined ? {} : { name }),
    bounds,
    coordinates,
    isSubPixel,
    position: { slice: file.readInt32BE(56), c: inSecond(4), z: inSecond(8), t: inSecond(12) },
    ignored,
  };
}

/** The rings of a path. Only the ends of the curves are computed by another rule than ours: that of de Casteljau. */
function ringsOf(file: Buffer): unknown {
  const numbers = Array.from({ length: file.readInt32BE(36) }, (_, n) => plain(file.readFloatBE(64 + 4 * n)));
  const rings: ImageJPoint[][] = [];
  while (numbers.length > 0) {
    const kind = numbers.shift()!;
    const own = numbers.splice(0, [2, 2, 4, 6, 0][kind]);
    if (kind === 0) {
      rings.push([]);
    }
    const ring = rings.at(-1)!;
    const controls: ImageJPoint[] = [];
    while (own.length > 0) {
      controls.push({ x: own.shift()!, y: own.shift()! });
    }
    const sides = kind === 2 || kind === 3 ? 16 : kind === 4 ? 0 : 1;
    const from = ring.at(-1);
    for (let side = 1; side <= sides; side++) {
      let curve = [...(kind > 1 ? [from!] : []), ...controls];
      while (curve.length > 1) {
        curve = curve.slice(1).map((b, n) => between(curve[n]!, b, side / sides));
      }
      ring.push(curve[0]!);
    }
  }
  return rings.map((ring) => {
    const isRepeated = ring.length > 1 && ring[0]!.x === ring.at(-1)!.x && ring[0]!.y === ring.at(-1)!.y;
    return isRepeated ? ring.slice(0, -1) : ring;
  });
}

function between(a: ImageJPoint, b: ImageJPoint, part: number): ImageJPoint {
  return { x: a.x * (1 - part) + b.x * part, y: a.y * (1 - part) + b.y * part };
}

function textOf(file: Buffer): { readonly text?: string } {
  if (file.length < 80) {
    return {};
  }
  const [font, length] = [file.readInt32BE(72), file.readInt32BE(76)];
  const start = 80 + 2 * font;
  return font < 0 || length < 0 || start + 2 * length > file.length
    ? {}
    : {
        text: file
          .subarray(start, start + 2 * Math.min(1000, length))
          .swap16()
          .toString("utf16le"),
      };
}

function ignoredOf(
  file: Buffer,
  type: string | undefined,
  subtype: string | undefined,
  second: number,
  inSecond: (at: number) => number,
): ImageJRoi["ignored"] {
  const float = second === 0 ? 0 : file.readFloatBE(second + 36);
  const options = file.readUInt16BE(50);
  const all: [string, number | string][] = [
    ["stroke_width", float > 0 ? float : file.readUInt16BE(34)],
    ["stroke_color", color(file.readUInt32BE(40))],
    ["fill_color", color(file.readUInt32BE(44))],
    ["spline_fit", options % 2],
    ["options", options - (options % 2) - (options & 128)],
  ];
  if (subtype === "ellipse") {
    all.push(["ellipse_aspect_ratio", file.readFloatBE(52)]);
  } else if (subtype === "rotated_rect") {
    all.push(["rotated_rect_width", file.readFloatBE(52)]);
  } else if (subtype === "arrow") {
    all.push(["arrow_style", file.readUInt8(52)]);
  } else if (type === "rect" && subtype === undefined) {
    all.push(["corner_diameter", file.readUInt16BE(54)]);
  }
  if (second !== 0) {
    all.push(["label_color", color(inSecond(24) >>> 0)]);
    all.push(["label_font_size", file.readUInt16BE(second + 28)]);
    all.push(["group", file.readUInt8(second + 30)]);
    all.push(["image_opacity", file.readUInt8(second + 31)]);
    all.push(["image_size", inSecond(32)]);
    all.push(["properties_length", inSecond(44)]);
    all.push(["counters_offset", inSecond(48)]);
  }
  return all.filter(([, value]) => value !== 0 && value !== "").map(([what, value]) => ({ what, value }));
}

function color(argb: number): string {
  return argb === 0 ? "" : `#${Buffer.from(Uint32Array.of(argb).buffer).reverse().toString("hex")}`;
}

function pointAt(file: Buffer, x: number, y: number): ImageJPoint {
  return { x: plain(file.readFloatBE(x)), y: plain(file.readFloatBE(y)) };
}

function plain(value: number): number {
  return value === 0 ? 0 : value;
}

function short(file: Buffer, at: number): number {
  const value = file.readInt16BE(at);
  return value < -5000 ? file.readUInt16BE(at) : value;
}
