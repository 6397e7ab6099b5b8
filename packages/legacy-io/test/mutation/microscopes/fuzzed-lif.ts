import type { NdArray } from "@kym/zarr-store";
import { lifFormat } from "../../../src/formats/leica-lif/lif-format.ts";
import { lifBytes, lifStampList } from "../../support/recordings/lif-files.ts";
import { allLines, opened } from "../../support/recordings/opened-recording.ts";
import type { FuzzedParser } from "../fuzz-parsers.ts";

const STAMPS = lifStampList(6, 5, 2);

/** The scans of a LIF against what stands at each place that `BytesInc` names, found in the text without a parser. */
export const FUZZED_LIF: FuzzedParser<readonly NdArray[]> = {
  name: "Leica LIF",
  sounds: [
    lifBytes([
      { name: "a", channels: 2, order: "tcx", settings: 'LineTime="0.002"', stamps: STAMPS },
      { name: "b", bits: 8, order: "xt" },
    ]),
    lifBytes([{ name: "a", bits: 32, isFloat: true, lines: 3 }], { version: 1 }),
  ],
  read: async (bytes) => {
    const { scans } = await opened(lifFormat, bytes);
    return Promise.all(scans.map((scan) => allLines(scan)));
  },
  disagreement: (arrays, bytes) => {
    const naive = readNaively(bytes);
    const found = arrays.map(({ dtype, data }) => [dtype, ...Array.from(data, Number)]);
    return JSON.stringify(found) === JSON.stringify(naive)
      ? undefined
      : `${JSON.stringify(found).slice(0, 200)}, not ${JSON.stringify(naive).slice(0, 200)}`;
  },
};

function readNaively(bytes: Uint8Array): readonly (readonly (string | number)[])[] {
  const file = Buffer.from(bytes);
  const textBytes = file.readUInt32LE(9) * 2;
  const text = file.toString("utf16le", 13, 13 + textBytes).replaceAll(/<!--[\s\S]*?-->/g, "");
  const sizeLength = /<LMSDataContainerHeader\s+Version\s*=\s*.1/.test(text) ? 4 : 8;
  const starts = new Map<string, number>();
  for (let at = 13 + textBytes; at + 14 + sizeLength <= file.length; ) {
    const size = sizeLength === 4 ? file.readUInt32LE(at + 9) : Number(file.readBigUInt64LE(at + 9));
    const nameAt = at + 14 + sizeLength;
    const dataAt = nameAt + file.readUInt32LE(nameAt - 4) * 2;
    if (file[at] !== 0x70 || dataAt > file.length) {
      break;
    }
    starts.set(file.toString("utf16le", nameAt, dataAt), dataAt);
    at = dataAt + Math.min(size, file.length - dataAt);
  }
  // The first element is the project.
  const elements = text.split(/<Element\s/).slice(2);
  return elements.flatMap((element) => {
    const tags = (name: string): string[] =>
      element.match(new RegExp(`<${name}\\s(?:[^>"']|"[^"]*"|'[^']*')*>`, "g")) ?? [];
    const dimensions = tags("DimensionDescription").map((tag) => [
      numberIn(tag, "DimID"),
      numberIn(tag, "NumberOfElements"),
      numberIn(tag, "BytesInc"),
    ]);
    const long = dimensions.filter(([, count]) => count !== 1);
    const [lines, ...more] = long.filter(([id]) => id === 4);
    const others = long.filter(([id]) => id !== 4);
    const pixels = others.length === 0 ? dimensions.find(([id]) => id === 1) : others[0];
    const channels = tags("ChannelDescription");
    const kinds = new Set(
      channels.map((tag) => typeOf(numberIn(tag, "DataType"), numberIn(tag, "Resolution"))),
    );
    const [kind] = kinds;
    const isScan = lines !== undefined && pixels !== undefined && others.length + more.length <= 1;
    if (!/<Image[\s>/]/.test(element) || !isScan || kinds.size !== 1 || kind === undefined) {
      return [];
    }
    const [, height = 0, lineStep = 0] = lines;
    const [id, width = 0, pixelStep = 0] = pixels;
    if ((id !== 1 && id !== 2) || height === 0 || width === 0) {
      return [];
    }
    const [start = 0] = [starts.get(textIn(tags("Memory")[0] ?? "", "MemoryBlockID"))].filter(Boolean);
    const values = channels
      .map((tag) => numberIn(tag, "BytesInc"))
      .toSorted((a, b) => a - b)
      .flatMap((offset) =>
        Array.from({ length: height * width }, (_, at) => {
          const place = start + offset + Math.floor(at / width) * lineStep + (at % width) * pixelStep;
          return kind.startsWith("uint")
            ? file.readUIntLE(place, Number(kind.slice(4)) / 8)
            : kind === "float32"
              ? file.readFloatLE(place)
              : file.readDoubleLE(place);
        }),
      );
    return [[kind, ...values]];
  });
}

function typeOf(dataType: number, resolution: number): string | undefined {
  if (dataType === 1) {
    return resolution === 32 || resolution === 64 ? `float${resolution}` : undefined;
  }
  const bits = [8, 16, 32].find((most) => resolution <= most);
  return dataType === 0 && resolution > 0 && bits !== undefined ? `uint${bits}` : undefined;
}

function textIn(tag: string, name: string): string {
  return tag.match(new RegExp(`[\\s"']${name}\\s*=\\s*["']([^"']*)`))?.[1] ?? "";
}

/** NaN where there is no whole number. */
function numberIn(tag: string, name: string): number {
  const text = textIn(tag, name).trim();
  return text !== "" && [...text].every((digit) => digit >= "0" && digit <= "9") ? Number(text) : Number.NaN;
}
