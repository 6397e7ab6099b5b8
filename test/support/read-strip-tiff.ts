// A small TIFF reader for tests, independent of our own.

/** One IFD entry as in the file. `values` are the numbers of a short or long field, and empty for other fields. */
export interface StripTiffField {
  readonly type: number;
  readonly values: readonly number[];
}

export interface StripTiff {
  readonly fields: ReadonlyMap<number, StripTiffField>;
  readonly width: number;
  readonly height: number;
  /** The pixels, row by row. */
  readonly data: Uint16Array<ArrayBuffer>;
}

/** Reads an uncompressed little-endian uint16 TIFF of strips, written from the TIFF 6.0 specification alone. */
export function readStripTiff(bytes: Uint8Array): StripTiff {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directory = view.getUint32(4, true);
  const fields = new Map<number, StripTiffField>();
  for (let index = 0; index < view.getUint16(directory, true); index += 1) {
    const entry = directory + 2 + 12 * index;
    const type = view.getUint16(entry + 2, true);
    const itemBytes = type === 3 ? 2 : 4;
    const count = view.getUint32(entry + 4, true);
    const start = itemBytes * count > 4 ? view.getUint32(entry + 8, true) : entry + 8;
    const values = Array.from({ length: type === 3 || type === 4 ? count : 0 }, (_, item) =>
      type === 3 ? view.getUint16(start + 2 * item, true) : view.getUint32(start + 4 * item, true),
    );
    fields.set(view.getUint16(entry, true), { type, values });
  }
  const valuesOf = (tag: number): readonly number[] => fields.get(tag)?.values ?? [];
  const lengths = valuesOf(279);
  const values = valuesOf(273).flatMap((offset, strip) =>
    Array.from({ length: lengths[strip]! / 2 }, (_, item) => view.getUint16(offset + 2 * item, true)),
  );
  return { fields, width: valuesOf(256)[0]!, height: valuesOf(257)[0]!, data: Uint16Array.from(values) };
}
