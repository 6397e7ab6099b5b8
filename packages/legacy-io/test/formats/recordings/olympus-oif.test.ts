import { expect, test } from "vitest";
import { olympusOibFormat, olympusOifFormat } from "../../../src/formats/olympus-oif/olympus-oif.ts";
import type { Recording, RecordingLimits } from "../../../src/formats/recording-format.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { caught } from "../../support/caught.ts";
import {
  type CompoundOptions,
  compoundOf,
  type MadeOif,
  madeOif,
  OIF_MAIN,
  oibOf,
} from "../../support/recordings/oif-files.ts";

const LIMITS: RecordingLimits = { maxDecodedBytes: 2 ** 28, maxTextBytes: 2 ** 22, maxEntries: 10_000 };
const LINE: MadeOif = { width: 30, lines: 700 };

type Files = ReadonlyMap<string, Uint8Array>;

function openOif(files: Files, fileName = "scan.oif", limits = LIMITS): Promise<Recording> {
  return olympusOifFormat.open(
    {
      fileName,
      main: bytesSource(files.get(OIF_MAIN) ?? new Uint8Array()),
      companion: async (path) => {
        const [folder, name = ""] = path.split("/");
        const bytes = folder === "scan.oif.files" ? files.get(name) : undefined;
        return bytes && bytesSource(bytes);
      },
    },
    limits,
  );
}

function openOib(bytes: Uint8Array, limits = LIMITS): Promise<Recording> {
  return olympusOibFormat.open(
    { fileName: "scan.oib", main: bytesSource(bytes), companion: async () => undefined },
    limits,
  );
}

async function bytesOf({ scans: [scan] }: Recording, start = 0, stop?: number): Promise<Buffer> {
  const { data } = await scan!.readLines(start, stop ?? scan!.shape.at(-2)!);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Compares bytes at once: `toEqual` would look at each. */
async function expectPixels(args: Parameters<typeof bytesOf>, wanted: Uint8Array): Promise<void> {
  expect((await bytesOf(...args)).equals(wanted)).toBe(true);
}

function without(files: Files, ...names: string[]): Files {
  return new Map([...files].filter(([name]) => !names.includes(name)));
}

const WHOLE = {
  notScans: [],
  warnings: [],
  scans: [
    {
      name: "",
      dtype: "uint16",
      shape: [2, 700, 30],
      axes: ["c", "t", "x"],
      significantBits: 12,
      umPerPx: [{ value: 0.207, source: "WidthConvertValue of the .pty" }],
      secondsPerLine: [{ value: 0.001876, source: "Time Per Line of the .pty" }],
      channelNames: ["CH1", "CH2"],
      start: { text: "2020-02-10 13:07:52.069", zone: "no zone" },
      gaps: [],
      reference: {
        name: "s_C001-R001",
        shape: [2, 20, 20],
        axes: ["c", "y", "x"],
        umPerPx: [{ value: 0.414, source: "WidthConvertValue of the .pty" }],
      },
      more: { axis_order: "XTC", scan_mode: "XT", rois: { "s_roi1.roi": { "ROI Body": { SHAPE: "3" } } } },
    },
  ],
};

test("an OIF line scan has the time of a line from its .pty, the pitch, its start and its reference image", async () => {
  for (const isUtf8 of [false, true]) {
    const { files, pixels } = madeOif({ ...LINE, channels: 2, reference: 20, isUtf8 });
    const recording = await openOif(files);
    expect(recording).toMatchObject(WHOLE);
    await expectPixels([recording], Buffer.concat(pixels));
    const reference = await recording.scans[0]?.reference?.readLines(5, 6);
    expect([...new Uint8Array(reference!.data.buffer)]).toEqual(Array.from({ length: 80 }, () => 3));
  }
});

test.each<CompoundOptions>([{}, { isScattered: true }, { sectorBytes: 4096 }])(
  "an OIB is the same recording in the streams of a compound file: %o",
  async (options) => {
    const { files, pixels } = madeOif({ ...LINE, channels: 2, reference: 20 });
    const recording = await openOib(oibOf(files, options));
    expect(recording).toMatchObject(WHOLE);
    expect(recording.scans[0]?.more["not_used"]).toEqual(["s_LUT1.lut"]);
    for (const [start, stop] of [
      [0, 700],
      [63, 65],
      [100, 100],
      [699, 700],
    ] as const) {
      const wanted = pixels.map((channel) => channel.subarray(start * 60, stop * 60));
      await expectPixels([recording, start, stop], Buffer.concat(wanted));
    }
  },
);

test("lines of an OIF may lie in many TIFFs along T, of many lines or of one", async () => {
  for (const [partLines, order] of [
    [20, "XT"],
    [1, "XYT"],
  ] as const) {
    const { files, pixels } = madeOif({ ...LINE, lines: 45, partLines, order });
    const recording = await openOib(oibOf(files));
    expect(recording.scans[0]).toMatchObject({ shape: [45, 30], axes: ["t", "x"], gaps: [] });
    await expectPixels([recording, 15, 42], Buffer.from(pixels[0]!.subarray(15 * 60, 42 * 60)));
  }
});

test("a TIFF of an OIF that is missing is a gap of zeros in its place, said and counted", async () => {
  const { files, pixels } = madeOif({ ...LINE, lines: 600, partLines: 200 });
  const recording = await openOif(without(files, "s_C001T002.tif"));
  expect(recording.scans[0]).toMatchObject({ shape: [600, 30], gaps: [{ firstLine: 200, lines: 200 }] });
  expect(recording.warnings).toEqual(["s_C001T002.tif is missing"]);
  const wanted = Buffer.from(pixels[0]!).fill(0, 200 * 60, 400 * 60);
  await expectPixels([recording], wanted);
  const two = madeOif({ ...LINE, channels: 2 });
  const half = await openOif(without(two.files, "s_C002.tif"));
  expect(half.warnings).toEqual(["s_C002.tif is missing", "lines are missing in channel 2 alone"]);
  const second = await half.scans[0]!.readLines(3, 5, 1);
  expect(second.shape).toEqual([1, 2, 30]);
  const error = await caught(() => half.scans[0]!.readLines(0, 1, 2));
  expect(error.code).toBe("invalid_argument");
  await expectPixels([half], Buffer.concat([two.pixels[0]!, Buffer.alloc(700 * 60)]));
});

test("lines that axis T plans and no TIFF has are a gap at the end", async () => {
  const recording = await openOif(madeOif({ ...LINE, planned: 1000 }).files);
  expect(recording.scans[0]).toMatchObject({ shape: [1000, 30], gaps: [{ firstLine: 700, lines: 300 }] });
  expect(recording.warnings).toEqual(["axis T says 1000 lines and the planes have 700"]);
  expect((await bytesOf(recording, 690, 710)).subarray(600).every((byte) => byte === 0)).toBe(true);
  const more = await openOif(madeOif({ ...LINE, planned: 500 }).files);
  expect(more.scans[0]?.shape).toEqual([700, 30]);
  expect(more.warnings).toEqual(["axis T says 500 lines and the planes have 700: all are read"]);
  const endless = await openOif(madeOif({ ...LINE, planned: 2 ** 40 }).files);
  expect(endless.warnings).toEqual([expect.stringContaining("is not believed")]);
});

test("axes of an OIF that were not scanned say nothing of time, and a second line time is kept beside the first", async () => {
  const notScanned = await openOif(madeOif({ ...LINE, planned: 0, endMs: 22_766 }).files);
  expect(notScanned.scans[0]?.secondsPerLine.map(({ source }) => source)).toEqual([
    "Time Per Line of the .pty",
  ]);
  const [scan] = (await openOif(madeOif({ ...LINE, endMs: 1398 }).files)).scans;
  expect(scan?.secondsPerLine[1]).toEqual({
    value: expect.closeTo(0.002, 9),
    source: "axis T, length / (MaxSize - 1)",
  });
});

test("a decimal comma of FluoView is read, and a recording without property files is read without a time of its line", async () => {
  const comma = await openOif(madeOif({ ...LINE, pitch: "0,207.0" }).files);
  expect(comma.scans[0]?.umPerPx).toEqual([{ value: 0.207, source: "WidthConvertValue of the .pty" }]);
  const { files } = madeOif({ ...LINE, isUnnamed: true });
  const bare = await openOif(without(files, "s_C001.pty"));
  expect(bare.scans[0]).toMatchObject({
    umPerPx: [{ value: 0.207, source: "WidthConvertValue of the main file" }],
    secondsPerLine: [{ source: "axis T, length / (MaxSize - 1)" }],
  });
  expect(bare.warnings).toEqual([
    "s_C001.pty is missing in scan.oif.files: it would state the time of a line, Time Per Line",
  ]);
});

test("a frame scan of FluoView is named and is not a line scan; lines of both directions are said", async () => {
  const frame = await openOif(madeOif({ ...LINE, order: "XYC" }).files);
  expect(frame).toMatchObject({ scans: [], notScans: ['the frame scan "scan.oib" (X 30, Y 0, C 1)'] });
  const depths = await openOif(madeOif({ ...LINE, order: "XZ" }).files);
  expect(depths.notScans).toHaveLength(1);
  const both = await openOif(madeOif({ ...LINE, direction: "Roundtrip" }).files);
  expect(both.warnings[0]).toContain("in both directions");
});

test("an OIF without its folder, and an OIB that is not sound, are refused by a typed error", async () => {
  const { files } = madeOif(LINE);
  const oib = oibOf(files);
  const changed = (change: (bytes: Buffer) => void): Uint8Array => {
    const bytes = Buffer.from(oib);
    change(bytes);
    return bytes;
  };
  const main = new Map([[OIF_MAIN, files.get(OIF_MAIN)!]]);
  for (const [open, code, message] of [
    [() => openOif(main), "invalid_file", "none of its planes is in scan.oif.files, such as s_C001.tif"],
    [() => openOif(main, "mouse 3.oif"), "invalid_file", "its settings name the folder scan.oif.files"],
    [() => openOif(new Map([[OIF_MAIN, Buffer.from("text")]])), "invalid_file", "is not a settings file"],
    [() => openOib(oib.subarray(0, 300)), "invalid_file", "does not begin as a compound file"],
    [() => openOib(oibOf(files, { compression: "Zip" })), "not_supported", 'compression "Zip"'],
    [() => openOib(compoundOf(new Map([["a", Buffer.alloc(9)]]))), "invalid_file", "has no OibInfo.txt"],
    [() => openOib(changed((bytes) => bytes.writeUInt16LE(7, 30))), "not_supported", "sectors of 2^7 bytes"],
    [() => openOib(changed((bytes) => bytes.writeUInt32LE(2 ** 31, 48))), "invalid_file", "outside the file"],
    [() => openOib(oib, { ...LIMITS, maxEntries: 3 }), "not_supported", "directory of"],
    [() => openOib(oib, { ...LIMITS, maxTextBytes: 100 }), "not_supported", "bytes of text"],
    [() => openOib(oib, { ...LIMITS, maxDecodedBytes: 9000 }), "not_supported", "maxDecodedBytes of 9000"],
  ] as const) {
    const error = await caught(open);
    expect(error, message).toMatchObject({ code, message: expect.stringContaining(message) });
  }
  const circle = changed((bytes) => {
    const start = bytes.readUInt32LE(48);
    bytes.writeUInt32LE(start, 512 + start * 4);
  });
  expect(await caught(() => openOib(circle))).toMatchObject({ code: "invalid_file" });
});

test("the folder of an OIF is found by its name", () => {
  const paths = ["scan.oif.files/s_C001.tif", "scan.oif", "other.oif.files/s_C001.tif", "scan.oif.files/a/b"];
  expect(olympusOifFormat.companionsOf?.("scan.oif", paths)).toEqual([paths[0], paths[3]]);
});
