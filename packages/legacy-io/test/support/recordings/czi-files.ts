import { zstdCompressSync } from "node:zlib";

/** A block of pixels, by dimension. Gray8 (0), Gray16 (1), Gray32Float (2) or another type's code. */
export interface CziBlock {
  readonly at: Readonly<Record<string, number>>;
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height?: number;
  readonly pixelType?: number;
  readonly store?: "plain" | "zstd0" | "zstd1" | "zstd1 split" | "jpeg xr";
  readonly isPyramid?: boolean;
}

export interface CziParts {
  readonly blocks: readonly CziBlock[];
  readonly xml?: string | undefined;
  readonly stamps?: readonly number[] | undefined;
  /** Where blocks are in the file, apart from their order in the directory. */
  readonly isShuffled?: boolean;
}

const CODES = { plain: 0, zstd0: 5, zstd1: 6, "zstd1 split": 6, "jpeg xr": 4 } as const;

/** Writes a CZI by the layout that docs/formats.md names. */
export function cziFile({ blocks, xml = "", stamps, isShuffled = false }: CziParts): Buffer<ArrayBuffer> {
  const parts: Buffer[] = [Buffer.alloc(32 + 512)];
  let end = parts[0]?.length ?? 0;
  const add = (id: string, data: Buffer): number => {
    const padded = Math.ceil(data.length / 32) * 32;
    const head = Buffer.alloc(32);
    head.write(id, "latin1");
    head.writeBigInt64LE(BigInt(padded), 16);
    head.writeBigInt64LE(BigInt(data.length), 24);
    parts.push(head, data, Buffer.alloc(padded - data.length));
    const at = end;
    end += 32 + padded;
    return at;
  };
  const positions = new Map<CziBlock, number>();
  for (const block of isShuffled ? blocks.toReversed() : blocks) {
    const entry = entryOf(block, end);
    const data = dataOf(block);
    const head = Buffer.alloc(Math.max(256, 16 + entry.length));
    head.writeBigInt64LE(BigInt(data.length), 8);
    head.set(entry, 16);
    positions.set(block, add("ZISRAWSUBBLOCK", Buffer.concat([head, data])));
  }
  const list = Buffer.alloc(128);
  list.writeInt32LE(blocks.length, 0);
  const entries = blocks.map((block) => entryOf(block, positions.get(block) ?? 0));
  const directory = add("ZISRAWDIRECTORY", Buffer.concat([list, ...entries]));
  const text = Buffer.from(xml, "utf8");
  const metadataHead = Buffer.alloc(256);
  metadataHead.writeInt32LE(text.length, 0);
  const metadata = xml === "" ? 0 : add("ZISRAWMETADATA", Buffer.concat([metadataHead, text]));
  const attachments = stamps === undefined ? 0 : addStamps(add, stamps);
  const file = Buffer.concat(parts);
  file.write("ZISRAWFILE", "latin1");
  file.writeBigInt64LE(512n, 16);
  file.writeBigInt64LE(512n, 24);
  file.writeInt32LE(1, 32);
  for (const [at, position] of [
    [52, directory],
    [60, metadata],
    [72, attachments],
  ] as const) {
    file.writeBigInt64LE(BigInt(position), 32 + at);
  }
  return file;
}

/** Appends time stamps to a CZI of another writer, whose header then names them. */
export function withStamps(czi: Uint8Array, stamps: readonly number[]): Buffer<ArrayBuffer> {
  const parts: Buffer[] = [Buffer.from(czi), Buffer.alloc((32 - (czi.length % 32)) % 32)];
  let end = parts.reduce((sum, part) => sum + part.length, 0);
  const attachments = addStamps((id, data) => {
    const head = Buffer.alloc(32);
    head.write(id, "latin1");
    head.writeBigInt64LE(BigInt(data.length), 16);
    head.writeBigInt64LE(BigInt(data.length), 24);
    const padding = Buffer.alloc((32 - (data.length % 32)) % 32);
    parts.push(head, data, padding);
    const at = end;
    end += 32 + data.length + padding.length;
    return at;
  }, stamps);
  const file = Buffer.concat(parts);
  file.writeBigInt64LE(BigInt(attachments), 32 + 72);
  return file;
}

function addStamps(add: (id: string, data: Buffer) => number, stamps: readonly number[]): number {
  const data = Buffer.alloc(256 + 8 + 8 * stamps.length);
  data.writeInt32LE(8 + 8 * stamps.length, 0);
  data.writeInt32LE(8 + 8 * stamps.length, 256);
  data.writeInt32LE(stamps.length, 260);
  for (const [at, stamp] of stamps.entries()) {
    data.writeDoubleLE(stamp, 264 + 8 * at);
  }
  const list = Buffer.alloc(256 + 128);
  list.writeInt32LE(1, 0);
  const entry = list.subarray(256);
  entry.write("A1", "latin1");
  entry.write("CZTIMS", 40, "latin1");
  entry.write("TimeStamps", 48, "latin1");
  data.set(entry, 16);
  entry.writeBigInt64LE(BigInt(add("ZISRAWATTACH", data)), 12);
  return add("ZISRAWATTDIR", list);
}

function entryOf(block: CziBlock, position: number): Buffer {
  const { at, width, height = 1, pixelType = 1, store = "plain", isPyramid = false } = block;
  const dimensions = Object.entries({ X: 0, Y: 0, ...at });
  const entry = Buffer.alloc(32 + 20 * dimensions.length);
  entry.write("DV", "latin1");
  entry.writeInt32LE(pixelType, 2);
  entry.writeBigInt64LE(BigInt(position), 6);
  entry.writeInt32LE(CODES[store], 18);
  entry.writeUInt8(isPyramid ? 1 : 0, 22);
  entry.writeInt32LE(dimensions.length, 28);
  for (const [index, [letter, start]] of dimensions.entries()) {
    const from = 32 + 20 * index;
    const size = letter === "X" ? width : letter === "Y" ? height : 1;
    entry.write(letter, from, "latin1");
    entry.writeInt32LE(start, from + 4);
    entry.writeInt32LE(size, from + 8);
    entry.writeInt32LE(size, from + 16);
  }
  return entry;
}

function dataOf({ pixels, store = "plain" }: CziBlock): Uint8Array {
  switch (store) {
    case "zstd0":
      return zstdCompressSync(pixels);
    case "zstd1":
      return Buffer.concat([Buffer.of(1), zstdCompressSync(pixels)]);
    case "zstd1 split": {
      const halves = [0, 1].map((half) => pixels.filter((_, at) => at % 2 === half));
      return Buffer.concat([Buffer.of(3, 1, 1), zstdCompressSync(Buffer.concat(halves))]);
    }
    default:
      return pixels;
  }
}

/** Lines of uint16 whose value at a pixel is `1000 × channel + 10 × line + pixel`, as blocks. */
export function lineBlocks({
  lines,
  width,
  channels = 1,
  from = 0,
  along = "T",
  store = "plain",
}: {
  readonly lines: number;
  readonly width: number;
  readonly channels?: number;
  readonly from?: number;
  readonly along?: "T" | "Z";
  readonly store?: NonNullable<CziBlock["store"]>;
}): readonly CziBlock[] {
  return Array.from({ length: lines }, (_, line) =>
    Array.from({ length: channels }, (__, channel): CziBlock => {
      const pixels = Uint16Array.from({ length: width }, (___, x) => 1000 * channel + 10 * line + x);
      return {
        at: { C: channel, T: 0, Z: 0, [along]: from + line },
        pixels: new Uint8Array(pixels.buffer),
        width,
        store,
      };
    }),
  ).flat();
}

/** The XML of ZEN, as far as a line scan needs it. */
export function cziXml({
  umPerPx,
  increment,
  plan,
  sizeT,
  channels = [],
  bits,
  start,
  scanner = "",
}: {
  readonly umPerPx?: number;
  readonly increment?: number;
  readonly plan?: readonly [value: number, unit: string];
  readonly sizeT?: number;
  readonly channels?: readonly string[];
  readonly bits?: number;
  readonly start?: string;
  readonly scanner?: string;
}): string {
  const distance = (id: string, metres: number): string =>
    `<Distance Id="${id}"><Value>${metres}</Value><DefaultUnitFormat>µm</DefaultUnitFormat></Distance>`;
  return `<?xml version="1.0"?>
<ImageDocument><Metadata>
<Experiment><ExperimentBlocks><AcquisitionBlock><SubDimensionSetups><TimeSeriesSetup IsActivated="true">
${plan === undefined ? "" : `<Interval><TimeSpan><Value>${plan[0]}</Value><DefaultUnitFormat>${plan[1]}</DefaultUnitFormat></TimeSpan></Interval>`}
</TimeSeriesSetup></SubDimensionSetups></AcquisitionBlock></ExperimentBlocks></Experiment>
<Information><Image>${sizeT === undefined ? "" : `<SizeT>${sizeT}</SizeT>`}
${bits === undefined ? "" : `<ComponentBitCount>${bits}</ComponentBitCount>`}
${start === undefined ? "" : `<AcquisitionDateAndTime>${start}</AcquisitionDateAndTime>`}
<Dimensions><Channels>${channels.map((name, at) => `<Channel Id="Channel:${at}" Name="${name}"><LaserScanInfo>${scanner}</LaserScanInfo></Channel>`).join("")}</Channels>
${increment === undefined ? "" : `<T><Positions><Interval><Increment>${increment}</Increment></Interval></Positions></T>`}
</Dimensions></Image></Information>
<Scaling><Items>${umPerPx === undefined ? "" : distance("X", umPerPx / 1e6) + distance("Y", umPerPx / 1e6)}${distance("Z", 0)}</Items></Scaling>
</Metadata></ImageDocument>`;
}
