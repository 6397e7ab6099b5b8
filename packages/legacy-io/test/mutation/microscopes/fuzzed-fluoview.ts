import { isLegacyIoError } from "../../../src/errors.ts";
import { evidentOirFormat } from "../../../src/formats/evident-oir/evident-oir.ts";
import { olympusOibFormat } from "../../../src/formats/olympus-oif/olympus-oif.ts";
import type { Recording, RecordingFormat, RecordingLimits } from "../../../src/formats/recording-format.ts";
import { type ByteSource, bytesSource } from "../../../src/tiff/byte-source.ts";
import { madeOif, oibOf } from "../../support/recordings/oif-files.ts";
import { madeOir, OIR_CHANNELS } from "../../support/recordings/oir-files.ts";
import type { FuzzedParser } from "../fuzz-parsers.ts";

const LIMITS: RecordingLimits = { maxDecodedBytes: 2 ** 18, maxTextBytes: 2 ** 16, maxEntries: 500 };

/** What a file holds, its pixels, and what was asked of the file for them. */
interface Read {
  readonly recording: Recording;
  readonly pixels: readonly Buffer[];
  readonly openBytes: number;
  readonly readBytes: number;
}

function counted(bytes: Uint8Array): { readonly source: ByteSource; readonly asked: () => number } {
  const inner = bytesSource(bytes);
  let asked = 0;
  const source: ByteSource = {
    sizeBytes: inner.sizeBytes,
    read: (offset, length) => {
      asked += length;
      return inner.read(offset, length);
    },
  };
  return { source, asked: () => asked };
}

function reader(format: RecordingFormat, fileName: string): (bytes: Uint8Array) => Promise<Read> {
  return async (bytes) => {
    const { source, asked } = counted(bytes);
    const recording = await format.open({ fileName, main: source, companion: async () => undefined }, LIMITS);
    const openBytes = asked();
    const pixels: Buffer[] = [];
    for (const { shape, readLines } of recording.scans) {
      const lines = shape.at(-2) ?? 0;
      for (let line = 0; line < lines; line += 64) {
        const { data } = await readLines(line, Math.min(lines, line + 64));
        pixels.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
      }
    }
    return { recording, pixels, openBytes, readBytes: asked() - openBytes };
  };
}

/** What holds of every file that is read, however it was changed: its size, its gaps, and what reading it asked of the file. */
function broken({ recording, pixels, openBytes, readBytes }: Read, fileBytes: number): string | undefined {
  const sizeBytes = pixels.reduce((sum, { length }) => sum + length, 0);
  const gaps = recording.scans.flatMap(({ gaps: each, shape }) =>
    each.filter(
      ({ firstLine, lines }) => !(firstLine >= 0 && lines > 0 && firstLine + lines <= (shape.at(-2) ?? 0)),
    ),
  );
  const steps = recording.scans.flatMap(({ umPerPx, secondsPerLine }) => [...umPerPx, ...secondsPerLine]);
  return [
    ...(recording.scans.some(
      ({ shape }) => shape.reduce((all, each) => all * each, 1) > LIMITS.maxDecodedBytes,
    )
      ? [`${sizeBytes} bytes of pixels`]
      : []),
    ...(openBytes > 12 * fileBytes + 2 ** 16 ? [`${openBytes} bytes read of ${fileBytes} to open it`] : []),
    ...(readBytes > 4 * sizeBytes + 64 * fileBytes ? [`${readBytes} bytes read for ${sizeBytes}`] : []),
    ...gaps.map((gap) => `a gap ${JSON.stringify(gap)}`),
    ...steps.filter(({ value }) => !(value > 0 && Number.isFinite(value))).map(({ source }) => source),
  ][0];
}

/** The blocks of pixels in the order of the index; undefined if they are not all of one plane. */
function oirPixels(bytes: Uint8Array): Buffer | undefined {
  const file = Buffer.from(bytes);
  const parts: Buffer[] = [];
  const planes = new Set<string>();
  for (let at = Number(file.readBigUInt64LE(40)) + 4, before = -1; at + 8 <= file.length; at += 8) {
    const offset = Number(file.readBigUInt64LE(at));
    const type = offset > 0 && offset + 8 <= file.length ? file.readUInt32LE(offset + 4) : -1;
    if (type < 0) {
      break;
    }
    if (type === 4 && before === 3) {
      parts.push(file.subarray(offset + 8, offset + 8 + file.readUInt32LE(offset)));
    }
    if (type === 3) {
      const name = file
        .subarray(offset + 20, offset + 20 + file.readUInt32LE(offset + 16))
        .toString("latin1");
      planes.add(name.slice(0, name.lastIndexOf("_")));
    }
    before = type;
  }
  return planes.size === 1 ? Buffer.concat(parts) : undefined;
}

/** An OIR, against one that takes the blocks of pixels one behind the other where nothing is missing. */
export const FUZZED_OIR: FuzzedParser<Read> = {
  name: "OIR",
  sounds: [
    madeOir("scan", { width: 3, lines: [20], blockLines: 8 }).files.get("scan.oir") ?? new Uint8Array(),
    madeOir("scan", {
      width: 4,
      lines: [9],
      blockLines: 4,
      reference: 4,
      hasPlaces: true,
      trailing: 9,
      channels: OIR_CHANNELS,
    }).files.get("scan.oir") ?? new Uint8Array(),
  ],
  read: reader(evidentOirFormat, "scan.oir"),
  disagreement: (read, bytes) => {
    const [scan] = read.recording.scans;
    const isPlain =
      read.recording.warnings.length === 0 &&
      scan?.gaps.length === 0 &&
      scan.shape.length === 2 &&
      !scan.reference;
    const wanted = isPlain ? oirPixels(bytes) : undefined;
    const found = Buffer.concat(read.pixels);
    const isSame = wanted === undefined || wanted.subarray(0, found.length).equals(found);
    return broken(read, bytes.length) ?? (isSame ? undefined : "other pixels");
  },
};

const OIB = oibOf(madeOif({ width: 5, lines: 30, channels: 2, rowsPerStrip: 8 }).files, {
  isScattered: true,
});
const OIB_TIFF = madeOif({ width: 5, lines: 1000 });

/** An OIB: its streams, its table of names, its settings and its TIFFs. */
export const FUZZED_OIB: FuzzedParser<Read> = {
  name: "OIB",
  sounds: [OIB, oibOf(OIB_TIFF.files)],
  read: async (bytes) => {
    try {
      return await reader(olympusOibFormat, "scan.oib")(bytes);
    } catch (error) {
      if (isLegacyIoError(error) && error.code === "aborted") {
        throw new Error("nobody aborted", { cause: error });
      }
      throw error;
    }
  },
  disagreement: (read, bytes) => broken(read, bytes.length),
};
