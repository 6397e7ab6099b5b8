import { zstdDecompressSync } from "node:zlib";
import type { NdArray } from "@kym/zarr-store";
import { cziFormat } from "../../../src/formats/czi/czi-format.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { cziFile, cziXml, lineBlocks } from "../../support/recordings/czi-files.ts";
import type { FuzzedParser } from "../fuzz-parsers.ts";

const MOST_BYTES = 2 ** 22;
const [LINES, WIDTH] = [8, 6];

/** What a reader finds of the scans of a file. */
interface ReadCzi {
  readonly scans: readonly {
    readonly shape: readonly number[];
    readonly pixels: NdArray;
    readonly period: number | undefined;
    readonly umPerPx: number | undefined;
  }[];
}

/** `cziFormat` against one that looks up each line in the directory anew, and finds steps by words in the XML. */
export const FUZZED_CZI: FuzzedParser<ReadCzi> = {
  name: "CZI",
  sounds: (["plain", "zstd1 split"] as const).map((store) =>
    cziFile({
      blocks: lineBlocks({ lines: LINES, width: WIDTH, channels: 2, store }),
      xml: cziXml({ umPerPx: 0.25, increment: 0.002, channels: ["a", "b"] }),
      stamps: Array.from({ length: LINES }, (_, line) => 7 + 0.002 * line),
    }),
  ),
  read: async (bytes) => {
    const limits = { maxDecodedBytes: MOST_BYTES, maxTextBytes: 2 ** 20, maxEntries: 2 ** 16 };
    const unzstd = (packed: Uint8Array, maxBytes: number): Uint8Array =>
      zstdDecompressSync(packed, { maxOutputLength: Math.max(1, maxBytes) });
    const { scans } = await cziFormat.open(
      { fileName: "a.czi", main: bytesSource(bytes), companion: async () => undefined, unzstd },
      limits,
    );
    const read: ReadCzi["scans"][number][] = [];
    for (const { shape, readLines, secondsPerLine, umPerPx } of scans) {
      const pixels = await readLines(0, shape.at(-2) ?? 0);
      read.push({ shape, pixels, period: secondsPerLine[0]?.value, umPerPx: umPerPx[0]?.value });
    }
    return { scans: read };
  },
  disagreement: ({ scans }, bytes) => {
    const naive = readNaively(bytes);
    for (const [at, { shape, pixels, umPerPx }] of scans.entries()) {
      const truth = naive.scans[at];
      const size = shape.reduce((product, length) => product * length, 1);
      if (pixels.data.length !== size || pixels.data.byteLength > 8 * MOST_BYTES) {
        return `${pixels.data.length} elements of shape ${shape}`;
      }
      if (truth === undefined || truth.shape.join() !== shape.join()) {
        return `shape ${shape}, not ${truth?.shape}`;
      }
      for (const [index, value] of pixels.data.entries()) {
        const wanted = truth.valueAt(index);
        if (!Object.is(Number(value), wanted)) {
          return `element ${index} is ${value}, not ${wanted}`;
        }
      }
      if (
        umPerPx !== undefined &&
        naive.umPerPx !== undefined &&
        Math.abs(umPerPx / naive.umPerPx - 1) > 1e-9
      ) {
        return `${umPerPx} µm, not ${naive.umPerPx}`;
      }
    }
    return scans.length === naive.scans.length
      ? undefined
      : `${scans.length} scans, not ${naive.scans.length}`;
  },
};

interface NaiveBlock {
  readonly dims: Readonly<Record<string, { readonly start: number; readonly size: number }>>;
  readonly type: number;
  readonly pixels: () => Uint8Array;
}

interface NaiveCzi {
  readonly scans: readonly {
    readonly shape: readonly number[];
    readonly valueAt: (index: number) => number;
  }[];
  readonly umPerPx: number | undefined;
}

function readNaively(bytes: Uint8Array): NaiveCzi {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const big = (at: number): number => Number(view.getBigInt64(at, true));
  const directory = big(32 + 52) + 32;
  const blocks: NaiveBlock[] = [];
  let at = directory + 128;
  for (let left = view.getInt32(directory, true); left > 0; left--) {
    const count = view.getInt32(at + 28, true);
    const dims: Record<string, { start: number; size: number }> = {};
    for (let dimension = 0; dimension < count; dimension++) {
      const from = at + 32 + 20 * dimension;
      dims[String.fromCharCode(bytes[from] ?? 0)] = {
        start: view.getInt32(from + 4, true),
        size: view.getInt32(from + 8, true),
      };
    }
    if (bytes[at + 22] === 0) {
      const [position, compression, type] = [
        big(at + 6),
        view.getInt32(at + 18, true),
        view.getInt32(at + 2, true),
      ];
      blocks.push({
        dims,
        type,
        pixels: () => pixelsAt(bytes, view, { position, compression, type, width: dims["X"]?.size ?? 1 }),
      });
    }
    at += 32 + 20 * count;
  }
  const others = "SRIHVB";
  const varying = [...others].filter(
    (letter) => new Set(blocks.map(({ dims }) => dims[letter]?.start ?? 0)).size > 1,
  );
  const groups = Map.groupBy(blocks, ({ dims }) => varying.map((letter) => dims[letter]?.start ?? 0).join());
  return { scans: [...groups.values()].flatMap(scanOf), umPerPx: pitchIn(bytes) };
}

function scanOf(blocks: readonly NaiveBlock[]): NaiveCzi["scans"] {
  const startsOf = (letter: string): readonly number[] => blocks.map(({ dims }) => dims[letter]?.start ?? 0);
  const span = (letter: string): number => Math.max(...startsOf(letter)) - Math.min(...startsOf(letter)) + 1;
  const isLine = span("Y") === 1 && blocks.every(({ dims }) => (dims["Y"]?.size ?? 1) <= 1);
  if (!isLine || Math.max(span("T"), span("Z")) === 1) {
    return [];
  }
  const along = span("T") > 1 ? "T" : "Z";
  const channels = [...new Set(startsOf("C"))].sort((a, b) => a - b);
  const depths = along === "T" ? span("Z") : 1;
  const left = Math.min(...startsOf("X"));
  const width =
    Math.max(...blocks.map(({ dims }) => (dims["X"]?.start ?? 0) + (dims["X"]?.size ?? 1))) - left;
  const lines = span(along);
  // The same place written twice: the last block counts, and the other is never read.
  const kept = new Map<string, { readonly block: NaiveBlock; readonly place: number }>();
  for (const block of blocks) {
    const startOf = (letter: string): number => block.dims[letter]?.start ?? 0;
    const depth = along === "T" ? startOf("Z") - Math.min(...startsOf("Z")) : 0;
    const line = startOf(along) - Math.min(...startsOf(along));
    const row = (channels.indexOf(startOf("C")) * depths + depth) * lines + line;
    kept.set(`${row} ${startOf("X")}`, { block, place: row * width + startOf("X") - left });
  }
  const values = new Map<number, number>();
  for (const { block, place } of kept.values()) {
    const data = block.pixels();
    const items = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let x = 0; x < (block.dims["X"]?.size ?? 1); x++) {
      values.set(place + x, sampleAt(items, block.type, x));
    }
  }
  return [
    {
      shape: [
        ...(channels.length > 1 ? [channels.length] : []),
        ...(depths > 1 ? [depths] : []),
        lines,
        width,
      ],
      valueAt: (index) => values.get(index) ?? 0,
    },
  ];
}

function sampleAt(items: DataView, type: number, x: number): number {
  switch (type) {
    case 0:
      return items.getUint8(x);
    case 1:
      return items.getUint16(2 * x, true);
    case 2:
      return items.getFloat32(4 * x, true);
    default:
      return items.getUint32(4 * x, true);
  }
}

function pixelsAt(
  bytes: Uint8Array,
  view: DataView,
  {
    position,
    compression,
    type,
    width,
  }: {
    readonly position: number;
    readonly compression: number;
    readonly type: number;
    readonly width: number;
  },
): Uint8Array {
  const dimensions = view.getInt32(position + 32 + 16 + 28, true);
  const from = position + 32 + Math.max(256, 48 + 20 * dimensions) + view.getInt32(position + 32, true);
  const item = type === 0 ? 1 : type === 1 ? 2 : 4;
  const size = compression === 0 ? width * item : Number(view.getBigInt64(position + 32 + 8, true));
  const data = bytes.slice(from, from + size);
  if (compression === 0) {
    return data;
  }
  const head = compression === 6 ? (data[0] ?? 0) : 0;
  const plain = new Uint8Array(zstdDecompressSync(data.subarray(head)));
  if (compression !== 6 || head !== 3 || ((data[2] ?? 0) & 1) === 0 || item !== 2) {
    return plain;
  }
  return plain.map((_, at) => plain[(at % 2 === 0 ? 0 : plain.length / 2) + Math.floor(at / 2)] ?? 0);
}

function pitchIn(bytes: Uint8Array): number | undefined {
  const text = new TextDecoder().decode(bytes);
  const [, after = ""] = text.split('<Distance Id="X"><Value>');
  const metres = Number(after.split("</Value>")[0]?.trim());
  return after !== "" && metres > 0 ? metres * 1e6 : undefined;
}
