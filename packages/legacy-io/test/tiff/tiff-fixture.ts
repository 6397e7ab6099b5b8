/** A tag as a test writes it: SHORT, LONG, LONG8, ASCII, RATIONAL or bytes. */
export interface FixtureTag {
  readonly tag: number;
  readonly type: 1 | 2 | 3 | 4 | 5 | 7 | 16;
  readonly values: readonly number[];
  /** Overrides the count that the entry claims. */
  readonly count?: number;
}

export interface FixturePage {
  readonly tags: readonly FixtureTag[];
  /** Tiles or strips; their offsets and sizes are written into the tags 273/279 or 324/325. */
  readonly segments: readonly Uint8Array[];
  readonly isTiled?: boolean;
}

export interface FixtureOptions {
  readonly isLittleEndian?: boolean;
  readonly isBigTiff?: boolean;
}

const TYPE_BYTES = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 16: 8 } as const;

/** Writes any TIFF, well-formed or not: pixels first, then each directory with its values behind it. */
export function buildTiff(
  pages: readonly FixturePage[],
  options: FixtureOptions = {},
): Uint8Array<ArrayBuffer> {
  const { isLittleEndian = true, isBigTiff = false } = options;
  const roomBytes = pages.flatMap(({ tags, segments }) => [
    ...tags.map(({ values }) => values.length * 8 + 64),
    ...segments.map(({ byteLength }) => byteLength + 64),
  ]);
  const bytes = new Uint8Array(roomBytes.reduce((sum, size) => sum + size, 1 << 16));
  const view = new DataView(bytes.buffer);
  const u16 = (at: number, value: number): void => view.setUint16(at, value, isLittleEndian);
  const offsetBytes = isBigTiff ? 8 : 4;
  const putOffset = (at: number, value: number): void =>
    isBigTiff
      ? view.setBigUint64(at, BigInt(value), isLittleEndian)
      : view.setUint32(at, value, isLittleEndian);
  view.setUint16(0, isLittleEndian ? 0x4949 : 0x4d4d, false);
  u16(2, isBigTiff ? 43 : 42);
  if (isBigTiff) {
    u16(4, 8);
    u16(6, 0);
  }
  let end = isBigTiff ? 16 : 8;
  let linkAt = isBigTiff ? 8 : 4;
  for (const page of pages) {
    const offsets = page.segments.map((segment) => {
      const at = end;
      bytes.set(segment, at);
      end += segment.byteLength + (segment.byteLength % 2);
      return at;
    });
    const type = isBigTiff ? 16 : 4;
    const located: FixtureTag[] = [
      { tag: page.isTiled ? 324 : 273, type, values: offsets },
      { tag: page.isTiled ? 325 : 279, type, values: page.segments.map((segment) => segment.byteLength) },
    ];
    const given = new Set(page.tags.map(({ tag }) => tag));
    const tags = [...page.tags, ...located.filter(({ tag }) => !given.has(tag))].sort(
      (a, b) => a.tag - b.tag,
    );
    const directoryAt = end;
    putOffset(linkAt, directoryAt);
    const countBytes = isBigTiff ? 8 : 2;
    const entryBytes = isBigTiff ? 20 : 12;
    if (isBigTiff) {
      view.setBigUint64(directoryAt, BigInt(tags.length), isLittleEndian);
    } else {
      u16(directoryAt, tags.length);
    }
    linkAt = directoryAt + countBytes + tags.length * entryBytes;
    end = linkAt + offsetBytes;
    putOffset(linkAt, 0);
    for (const [index, tag] of tags.entries()) {
      const at = directoryAt + countBytes + index * entryBytes;
      const size = tag.values.length * (tag.type === 5 ? 4 : TYPE_BYTES[tag.type]);
      const count = tag.count ?? (tag.type === 5 ? tag.values.length / 2 : tag.values.length);
      u16(at, tag.tag);
      u16(at + 2, tag.type);
      if (isBigTiff) {
        view.setBigUint64(at + 4, BigInt(count), isLittleEndian);
      } else {
        view.setUint32(at + 4, count, isLittleEndian);
      }
      const fieldAt = at + entryBytes - offsetBytes;
      let valueAt = fieldAt;
      if (size > offsetBytes) {
        valueAt = end;
        putOffset(fieldAt, valueAt);
        end += size + (size % 2);
      }
      for (const [place, value] of tag.values.entries()) {
        putValue(view, valueAt, tag.type, place, value, isLittleEndian);
      }
    }
  }
  return bytes.slice(0, end);
}

function putValue(
  view: DataView,
  at: number,
  type: FixtureTag["type"],
  place: number,
  value: number,
  isLittleEndian: boolean,
): void {
  if (type === 3) {
    view.setUint16(at + place * 2, value, isLittleEndian);
  } else if (type === 4 || type === 5) {
    view.setUint32(at + place * 4, value, isLittleEndian);
  } else if (type === 16) {
    view.setBigUint64(at + place * 8, BigInt(value), isLittleEndian);
  } else {
    view.setUint8(at + place, value);
  }
}

export function short(tag: number, ...values: number[]): FixtureTag {
  return { tag, type: 3, values };
}

export function long(tag: number, ...values: number[]): FixtureTag {
  return { tag, type: 4, values };
}

export function ascii(tag: number, text: string): FixtureTag {
  return { tag, type: 2, values: [...new TextEncoder().encode(text), 0] };
}

/** The tags of an uncompressed grey image. */
export function greyTags(
  width: number,
  height: number,
  bits = 16,
  more: readonly FixtureTag[] = [],
): FixtureTag[] {
  const given = new Set(more.map(({ tag }) => tag));
  const usual = [
    long(256, width),
    long(257, height),
    short(258, bits),
    short(259, 1),
    short(262, 1),
    short(277, 1),
  ];
  return [...usual.filter(({ tag }) => !given.has(tag)), ...more];
}

/** Elements as the bytes of a file of either order. */
export function elementBytes(
  values: readonly number[],
  itemBytes: 1 | 2 | 4,
  isLittleEndian = true,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(values.length * itemBytes));
  for (const [index, value] of values.entries()) {
    if (itemBytes === 1) {
      view.setUint8(index, value);
    } else if (itemBytes === 2) {
      view.setUint16(index * 2, value, isLittleEndian);
    } else {
      view.setUint32(index * 4, value, isLittleEndian);
    }
  }
  return new Uint8Array(view.buffer);
}
