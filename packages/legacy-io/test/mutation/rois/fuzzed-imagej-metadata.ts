import {
  encodeImageJMetadata,
  type ImageJMetadata,
  parseImageJMetadata,
} from "../../../src/tiff/descriptions/imagej-metadata.ts";
import type { FuzzedParser } from "../fuzz-parsers.ts";

const WHOLE: ImageJMetadata = {
  info: "scored by hand µ\nline=3",
  properties: ["key", "value"],
  labels: ["first", "", "third"],
  ranges: [0, 255, -1.5, 1e300],
  luts: [Uint8Array.from({ length: 12 }, (_, index) => index)],
  selection: Uint8Array.of(0x49, 0x6f, 0x75, 0x74),
  overlay: [Uint8Array.of(1, 2, 3), Uint8Array.of(4)],
  others: [{ type: "plot", bytes: Uint8Array.of(9, 8) }],
};

/** The two tags as one file: the number of byte counts, the byte counts, the bytes. */
function packed(metadata: ImageJMetadata): Uint8Array {
  const { byteCounts = [], bytes = new Uint8Array() } = encodeImageJMetadata(metadata) ?? {};
  const head = new DataView(new ArrayBuffer(4 + 4 * byteCounts.length));
  [byteCounts.length, ...byteCounts].forEach((count, index) => {
    head.setUint32(4 * index, count, true);
  });
  return Buffer.concat([Buffer.from(head.buffer), bytes]);
}

function unpacked(file: Uint8Array): { readonly byteCounts: readonly number[]; readonly bytes: Buffer } {
  const buffer = Buffer.from(file);
  const length = buffer.length < 4 ? 0 : Math.min(buffer.readUInt32LE(0), Math.floor(buffer.length / 4) - 1);
  const byteCounts = Array.from({ length }, (_, index) => buffer.readUInt32LE(4 + 4 * index));
  return { byteCounts, bytes: buffer.subarray(4 + 4 * length) };
}

/** `parseImageJMetadata` against a reader that cuts one block after the other off the bytes. */
export const FUZZED_IMAGEJ_METADATA: FuzzedParser<ImageJMetadata> = {
  name: "ImageJ's metadata",
  sounds: [packed(WHOLE), packed({ ...WHOLE, overlay: [], properties: [], others: [] })],
  read: (file) => parseImageJMetadata(unpacked(file), true),
  disagreement: (metadata, file) => {
    const [found, naive] = [shown(metadata), shown(readNaively(file))];
    return found === naive ? undefined : `${found}, not ${naive}`;
  },
};

function shown(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (each instanceof Uint8Array) {
      return Buffer.from(each).toString("hex");
    }
    return each === undefined || (typeof each === "number" && !Number.isFinite(each)) ? String(each) : each;
  });
}

function readNaively(file: Uint8Array): unknown {
  const { byteCounts, bytes } = unpacked(file);
  const sizes = [...byteCounts];
  const headerSize = sizes.shift() ?? 0;
  let rest = bytes.subarray(headerSize);
  const blocks: { readonly type: string; readonly bytes: Uint8Array }[] = [];
  for (let at = 4; at < headerSize; at += 8) {
    const type = bytes
      .subarray(at, at + 4)
      .toString("latin1")
      .split("")
      .reverse()
      .join("");
    for (let left = bytes.readUInt32LE(at + 4); left > 0; left--) {
      const size = sizes.shift();
      if (size === undefined || size > rest.length) {
        throw new RangeError("the tag ends");
      }
      blocks.push({ type, bytes: new Uint8Array(rest.subarray(0, size)) });
      rest = rest.subarray(size);
    }
  }
  const of = (type: string): readonly Uint8Array[] =>
    blocks.filter((block) => block.type === type).map((block) => block.bytes);
  const text = (block: Uint8Array): string => new TextDecoder("utf-16le", { ignoreBOM: true }).decode(block);
  const known = ["info", "prop", "labl", "rang", "luts", "roi ", "over"];
  const unknown = [...Map.groupBy(blocks, ({ type }) => type)].filter(([type]) => !known.includes(type));
  return {
    info: of("info").map(text)[0],
    properties: of("prop").map(text),
    labels: of("labl").map(text),
    ranges: of("rang").flatMap((block) =>
      Array.from({ length: block.length / 8 }, (_, index) => Buffer.from(block).readDoubleLE(8 * index)),
    ),
    luts: of("luts"),
    selection: of("roi ")[0],
    overlay: of("over"),
    others: unknown.flatMap(([, list]) => list),
  };
}
