import { deflateSync, zstdCompressSync } from "node:zlib";
import { buildTiff, type FixtureTag, greyTags, long, short } from "../tiff-fixture.ts";

/** A file made to cost much memory or time, by the name that reports use. */
export interface HostileTiff {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const CODES = { lzw: 5, deflate: 8, packbits: 32773, zstd: 50000 } as const;
type Compression = keyof typeof CODES;

function greyFile(
  width: number,
  height: number,
  tags: readonly FixtureTag[],
  segments: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  return buildTiff([{ tags: greyTags(width, height, 8, tags), segments }]);
}

/** 20 000 strips, each of them the same megabyte of PackBits that decodes to nothing but the row at its end. */
export function sharedStrips(): HostileTiff {
  const strips = 20_000;
  const strip = new Uint8Array(1 << 20).fill(128);
  strip.set([0, 7], strip.length - 2);
  const all = (value: number): number[] => new Array<number>(strips).fill(value);
  const tags = [long(278, 1), short(259, CODES.packbits), long(279, ...all(strip.length))];
  const bytes = greyFile(1, strips, [...tags, long(273, ...all(8))], [strip]);
  return { name: "shared_strips", bytes };
}

/** One strip of `sizeBytes` bytes, all of which must be decoded to get a single pixel. */
export function emptyBlocks(compression: Compression, sizeBytes: number): HostileTiff {
  return {
    name: `empty_blocks_${compression}`,
    bytes: greyFile(1, 1, [short(259, CODES[compression])], [EMPTY[compression](sizeBytes)]),
  };
}

const EMPTY: Readonly<Record<Compression, (sizeBytes: number) => Uint8Array>> = {
  // The code 256, clear, eight times in nine bytes.
  lzw: (sizeBytes) => repeated([0x80, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01, 0x00], sizeBytes),
  packbits: (sizeBytes) => repeated([128], sizeBytes),
  // Stored blocks of no bytes.
  deflate: (sizeBytes) => joined([0x78, 0x9c], repeated([0, 0, 0, 0xff, 0xff], sizeBytes)),
  // Raw blocks of no bytes, in a frame without a size.
  zstd: (sizeBytes) => joined([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58], repeated([0, 0, 0], sizeBytes)),
};

/** 16 384 × 16 384 pixels, honestly zero, in a strip a thousand times smaller. */
export function honestBomb(compression: "deflate" | "zstd"): HostileTiff {
  const zeros = new Uint8Array(2 ** 28);
  const strip = compression === "deflate" ? deflateSync(zeros) : zstdCompressSync(zeros);
  return {
    name: `bomb_${compression}`,
    bytes: greyFile(2 ** 14, 2 ** 14, [short(259, CODES[compression])], [new Uint8Array(strip)]),
  };
}

/** Strips whose offsets take one byte each in the file, and eight in memory. */
export function byteOffsets(): HostileTiff {
  const strips = 40_000_000;
  const bytes = new Uint8Array(strips + 200);
  const offsets: FixtureTag = { tag: 273, type: 1, values: [], count: strips };
  const small = buildTiff([
    {
      tags: greyTags(1, strips, 8, [
        long(278, 1),
        short(259, CODES.packbits),
        offsets,
        { tag: 279, type: 1, values: [], count: strips },
      ]),
      segments: [],
    },
  ]);
  bytes.set(small);
  const view = new DataView(bytes.buffer);
  const entries = view.getUint32(4, true) + 2;
  const count = view.getUint16(entries - 2, true);
  for (let at = entries; at < entries + count * 12; at += 12) {
    const tag = view.getUint16(at, true);
    if (tag === 273 || tag === 279) {
      view.setUint32(at + 8, 200, true);
    }
  }
  return { name: "byte_offsets", bytes };
}

/** Descriptions of sixteen megabytes, each made for a parser that rescans the rest at every letter. */
export function longDescriptions(): readonly HostileTiff[] {
  const image = "<OME ><Image ><Pixels DimensionOrder='XYCZT' SizeC='1' SizeZ='1' SizeT='1'/>";
  const fill = (piece: string): string => piece.repeat(15_000_000 / piece.length);
  const texts: Readonly<Record<string, string>> = {
    one_tag: `<OME ><Image ><Pixels ${fill("a")}>`,
    open_tags: `${image}${fill("<UUID ")}`,
    many_planes: `${image}${fill("<TiffData IFD='0'/>")}`,
    many_files: `${image}${fill("<UUID FileName='a'/>")}`,
    open_comments: fill("<!--"),
    blanks: fill(" "),
    imagej_lines: `ImageJ=1.53t\n${fill("a=\n")}`,
  };
  return Object.entries(texts).map(([name, text]) => ({
    name: `description_${name}`,
    bytes: describedFile(text),
  }));
}

function describedFile(text: string): Uint8Array<ArrayBuffer> {
  const description = new TextEncoder().encode(text);
  const small = greyFile(
    1,
    1,
    [{ tag: 270, type: 2, values: [], count: description.length }],
    [Uint8Array.of(9)],
  );
  const bytes = new Uint8Array(small.length + description.length);
  bytes.set(small);
  bytes.set(description, small.length);
  const view = new DataView(bytes.buffer);
  const entries = view.getUint32(4, true) + 2;
  for (let at = entries; at < small.length; at += 12) {
    if (view.getUint16(at, true) === 270) {
      view.setUint32(at + 8, small.length, true);
      break;
    }
  }
  return bytes;
}

function repeated(pattern: readonly number[], sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(Math.floor(sizeBytes / pattern.length) * pattern.length);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = pattern[index % pattern.length] ?? 0;
  }
  return bytes;
}

function joined(head: readonly number[], tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
