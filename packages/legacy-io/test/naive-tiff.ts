/** What a naive reader makes of a TIFF: only grey, uncompressed, one page, in strips; undefined for anything else. */
export interface NaiveImage {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly format: number;
  readonly values: readonly number[];
}

/** Reads byte by byte, with nothing shared with the reader under test. Throws where the file does not hold its pixels. */
export function readNaively(bytes: Uint8Array): NaiveImage | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const order = String.fromCharCode(view.getUint8(0), view.getUint8(1));
  const le = order === "II";
  if ((!le && order !== "MM") || view.getUint16(2, le) !== 42) {
    return undefined;
  }
  const at = view.getUint32(4, le);
  const count = view.getUint16(at, le);
  const tag = new Map<number, number[]>();
  for (let entry = 0; entry < count; entry++) {
    const here = at + 2 + entry * 12;
    const id = view.getUint16(here, le);
    const type = view.getUint16(here + 2, le);
    const size = { 1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8 }[type];
    const number = view.getUint32(here + 4, le);
    if (size === undefined || number > 1000 || tag.has(id)) {
      continue;
    }
    const where = size * number <= 4 ? here + 8 : view.getUint32(here + 8, le);
    const values: number[] = [];
    for (let index = 0; index < number; index++) {
      const place = where + index * size;
      if (place + size > bytes.length) {
        break;
      }
      values.push(
        size === 1
          ? view.getUint8(place)
          : size === 2
            ? view.getUint16(place, le)
            : size === 4
              ? view.getUint32(place, le)
              : Number(view.getBigUint64(place, le)),
      );
    }
    tag.set(id, values);
  }
  const one = (id: number, absent: number): number => tag.get(id)?.[0] ?? absent;
  const [width, height, bits, format] = [one(256, 0), one(257, 0), one(258, 1), one(339, 1)];
  const offsets = tag.get(273) ?? [];
  const rows = Math.min(one(278, height), height);
  const values: number[] = [];
  const bytesPerSample = bits / 8;
  for (let row = 0; row < height; row++) {
    const start = (offsets[Math.floor(row / rows)] ?? Number.NaN) + (row % rows) * width * bytesPerSample;
    for (let column = 0; column < width; column++) {
      const place = start + column * bytesPerSample;
      values.push(
        bits === 8
          ? view.getUint8(place)
          : bits === 16
            ? view.getUint16(place, le)
            : view.getUint32(place, le),
      );
    }
  }
  return { width, height, bits, format, values };
}
