import { expect, test } from "vitest";
import { evidentOirFormat } from "../../../src/formats/evident-oir/evident-oir.ts";
import type { Recording, RecordingLimits } from "../../../src/formats/recording-format.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { caught } from "../../support/caught.ts";
import {
  blockOf,
  type MadeOir,
  madeOir,
  OIR_CHANNELS,
  oirOf,
  uidBlock,
} from "../../support/recordings/oir-files.ts";

const LIMITS: RecordingLimits = { maxDecodedBytes: 2 ** 28, maxTextBytes: 2 ** 22, maxEntries: 10_000 };
const LINE: MadeOir = { width: 24, lines: [1300], blockLines: 512 };

type Files = ReadonlyMap<string, Uint8Array>;

function open(files: Files, name = "scan.oir", limits = LIMITS): Promise<Recording> {
  return evidentOirFormat.open(
    {
      fileName: name,
      main: bytesSource(files.get(name) ?? new Uint8Array()),
      companion: async (other) => {
        const bytes = files.get(other);
        return bytes && bytesSource(bytes);
      },
    },
    limits,
  );
}

async function bytesOf({ scans: [scan] }: Recording, start = 0, stop?: number): Promise<Buffer> {
  const { data } = await scan!.readLines(start, stop ?? scan!.shape.at(-2)!);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** A file whose pixel blocks are of another type. */
function withoutPixels(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file);
  const index = Number(bytes.readBigUInt64LE(40));
  for (let at = index + 4; at + 8 <= bytes.length; at += 8) {
    const offset = Number(bytes.readBigUInt64LE(at));
    if (bytes.readUInt32LE(offset + 4) === 4) {
      bytes.writeUInt32LE(5, offset + 4);
    }
  }
  return bytes;
}

/** Compares bytes at once: `toEqual` would look at each. */
async function expectPixels(args: Parameters<typeof bytesOf>, wanted: Uint8Array): Promise<void> {
  expect((await bytesOf(...args)).equals(wanted)).toBe(true);
}

/** A recording without some of its files. */
function without(files: Files, ...names: string[]): Files {
  return new Map([...files].filter(([name]) => !names.includes(name)));
}

test("an OIR line scan has the interval of its series, the pitch, the start with its offset, and its line", async () => {
  const { files, pixels } = madeOir("scan", { ...LINE, reference: 32, trailing: 40 });
  const recording = await open(files);
  const [scan] = recording.scans;
  expect(recording).toMatchObject({ notScans: [], warnings: [] });
  expect(scan).toMatchObject({
    name: "",
    dtype: "uint16",
    shape: [1300, 24],
    axes: ["t", "x"],
    significantBits: 12,
    umPerPx: [{ value: 0.273931, source: "length/x" }],
    channelNames: ["CH1"],
    start: { text: "2019-10-21T16:13:51.123+09:00", zone: "offset" },
    gaps: [],
    path: {
      mode: "straight",
      points: [
        [250, 236],
        [244, 214],
      ],
      bidirectional: false,
    },
  });
  expect(scan?.secondsPerLine).toEqual([
    { value: 0.001142, source: "seriesInterval" },
    { value: 0.001142, source: "lineSpeed" },
  ]);
  expect(scan?.reference).toMatchObject({ shape: [32, 32], axes: ["y", "x"] });
  expect((await scan?.reference?.readLines(0, 32))?.data.every((value) => value === 0x0101)).toBe(true);
  await expectPixels([recording], Buffer.from(pixels[0]!));
});

test("the interval is that of the scanner that was used, and a start without a zone is said to have none", async () => {
  const { files } = madeOir("scan", { ...LINE, seriesMs: 1.4, lineMs: 1.1, start: "2019-10-21T16:13:51" });
  const [scan] = (await open(files)).scans;
  expect(scan?.secondsPerLine[0]).toEqual({ value: 0.0014, source: "seriesInterval" });
  expect(scan?.start?.zone).toBe("no zone");
});

test("what the pixels of an OIR take is the time of its line only if nothing else is stated", async () => {
  const { files } = madeOir("scan", { ...LINE, seriesMs: 0, lineMs: 0 });
  const [scan] = (await open(files)).scans;
  expect(scan?.secondsPerLine).toEqual([
    { value: expect.closeTo(0.000048, 12), source: "dwell time × pixels" },
  ]);
});

test("channels of an OIR are in the order of the metadata, and any lines are read alone", async () => {
  const { files, pixels } = madeOir("scan", { ...LINE, channels: OIR_CHANNELS });
  const recording = await open(files);
  expect(recording.scans[0]).toMatchObject({
    shape: [2, 1300, 24],
    axes: ["c", "t", "x"],
    channelNames: ["CH1", "CH2"],
  });
  for (const [start, stop] of [
    [0, 1],
    [511, 513],
    [500, 1100],
    [1299, 1300],
    [7, 7],
  ] as const) {
    const wanted = Buffer.concat(pixels.map((channel) => channel.subarray(start * 48, stop * 48)));
    await expectPixels([recording, start, stop], wanted);
  }
  const second = await recording.scans[0]!.readLines(3, 5, 1);
  expect(second.shape).toEqual([1, 2, 24]);
  expect(Buffer.from(second.data.buffer)).toEqual(Buffer.from(pixels[1]!.subarray(3 * 48, 5 * 48)));
  const error = await caught(() => recording.scans[0]!.readLines(1000, 1301));
  expect(error).toMatchObject({ code: "invalid_argument" });
});

test.each([
  [1, "uint8"],
  [2, "uint16"],
  [4, "float32"],
] as const)("OIR samples of %i bytes are %s", async (depth, dtype) => {
  const { files, pixels } = madeOir("scan", { ...LINE, lines: [70], blockLines: 30, depth });
  const recording = await open(files);
  expect(recording.scans[0]?.dtype).toBe(dtype);
  await expectPixels([recording], Buffer.from(pixels[0]!));
});

test("companions of an OIR continue its lines, whether or not they go on counting their blocks", async () => {
  for (const countOn of [true, false]) {
    const { files, pixels } = madeOir("scan", { ...LINE, lines: [1024, 1024, 100], countOn });
    const recording = await open(files);
    expect(recording.warnings).toEqual([]);
    expect(recording.scans[0]).toMatchObject({ shape: [2148, 24], gaps: [] });
    await expectPixels([recording], Buffer.from(pixels[0]!));
  }
});

test("a missing last companion of an OIR is said, and its lines are a gap of zeros that is counted", async () => {
  const { files, pixels } = madeOir("scan", { ...LINE, lines: [1024, 1024, 100], channels: OIR_CHANNELS });
  const recording = await open(without(files, "scan_00002"));
  expect(recording.scans[0]).toMatchObject({
    shape: [2, 2148, 24],
    gaps: [{ firstLine: 2048, lines: 100 }],
  });
  expect(recording.warnings).toEqual(["scan_00002 is missing, or the scan was stopped early"]);
  const wanted = pixels.map((channel) => Buffer.concat([channel.subarray(0, 2048 * 48), Buffer.alloc(4800)]));
  await expectPixels([recording], Buffer.concat(wanted));
});

test("a companion of an OIR that is missing between others leaves its gap where it was", async () => {
  for (const [countOn, hasPlaces] of [
    [true, false],
    [false, false],
    [false, true],
  ] as const) {
    const { files, pixels } = madeOir("scan", { ...LINE, lines: [1024, 512, 100], countOn, hasPlaces });
    const recording = await open(without(files, "scan_00001"));
    expect(recording.scans[0]).toMatchObject({
      shape: [1636, 24],
      gaps: [{ firstLine: 1024, lines: 512 }],
    });
    expect(recording.warnings).toEqual(["scan_00001 is missing, and a later file of the recording is there"]);
    const wanted = Buffer.from(pixels[0]!).fill(0, 1024 * 48, 1536 * 48);
    await expectPixels([recording], wanted);
  }
});

test("all companions of an OIR missing, or one of another kind, is a gap as well", async () => {
  const { files } = madeOir("scan", { ...LINE, lines: [512, 512, 512] });
  const alone = await open(without(files, "scan_00001", "scan_00002"));
  expect(alone.scans[0]?.gaps).toEqual([{ firstLine: 512, lines: 1024 }]);
  const odd = await open(new Map([...files, ["scan_00001", Buffer.alloc(200)]]));
  expect(odd.scans[0]?.gaps).toEqual([{ firstLine: 512, lines: 512 }]);
  expect(odd.warnings[0]).toBe("scan_00001 is not an OIR file: its lines are missing");
});

test("an OIR that is cut off keeps its whole lines, and the rest is a gap", async () => {
  const { files } = madeOir("scan", { ...LINE, lines: [512], blockLines: 512 });
  const whole = files.get("scan.oir")!;
  const cut = whole.subarray(0, whole.length - 5000);
  const recording = await open(new Map([["scan.oir", cut]]));
  const [gap] = recording.scans[0]!.gaps;
  expect(recording.warnings[0]).toContain("scan.oir is cut off");
  expect(recording.warnings[1]).toContain("has no index of its blocks");
  expect(gap!.firstLine + gap!.lines).toBe(512);
  expect((await bytesOf(recording)).subarray((gap!.firstLine + 1) * 48).every((byte) => byte === 0)).toBe(
    true,
  );
});

test("an OIR has more lines than its plan, or no plan: all are read", async () => {
  const more = await open(madeOir("scan", { ...LINE, planned: 1000 }).files);
  expect(more.scans[0]?.shape).toEqual([1300, 24]);
  expect(more.warnings).toEqual(["the plan says 1000 lines and the file has 1300: all are read"]);
  const none = await open(madeOir("scan", { ...LINE, lsmimage: "<lsmimage:a/>" }).files);
  expect(none.scans[0]).toMatchObject({ shape: [1300, 24], secondsPerLine: [], umPerPx: [], gaps: [] });
  const endless = await open(madeOir("scan", { ...LINE, planned: 2 ** 40 }).files);
  expect(endless.scans[0]?.shape).toEqual([1300, 24]);
  expect(endless.warnings[0]).toContain("is beyond the limit and is not believed");
});

test("a frame scan in an OIR is named and is not a line scan; lines of both directions are said", async () => {
  const frame = { ...LINE, lines: [512], planned: 100, line: [Number.NaN, 0, 0, 0] } as const;
  const series = { ...LINE, lines: [1536], planned: 3, uid: (block: number) => `t${block + 1}_0_1` };
  expect(await open(madeOir("scan", frame).files)).toMatchObject({
    scans: [],
    notScans: ["the frame scan (512 × 24)"],
  });
  expect((await open(madeOir("scan", series).files)).notScans).toEqual([
    "the frame scan (3 times of 512 × 24)",
  ]);
  const both = await open(madeOir("scan", { ...LINE, roundtrip: true }).files);
  expect(both.scans[0]?.path?.bidirectional).toBe(true);
  expect(both.warnings[0]).toContain("in both directions");
});

test("blocks of an OIR whose names state their places lie there, in any order", async () => {
  const id = OIR_CHANNELS[0]!.id;
  const { files } = madeOir("scan", { ...LINE, lines: [1], planned: 30 });
  const main = files.get("scan.oir")!;
  const blocks = [
    [uidBlock(`t1_0_1_${id}_1`, [480, 480]), blockOf(4, Buffer.alloc(480, 2))],
    [uidBlock(`t1_0_1_${id}_0`, [0, 480]), blockOf(4, Buffer.alloc(480, 1))],
  ].flat();
  const companion = oirOf(blocks);
  const recording = await open(
    new Map([
      ["scan.oir", withoutPixels(main)],
      ["scan_00001", companion],
    ]),
  );
  expect(recording.scans[0]?.gaps).toEqual([{ firstLine: 20, lines: 10 }]);
  const wanted = Buffer.concat([Buffer.alloc(480, 1), Buffer.alloc(480, 2), Buffer.alloc(480)]);
  await expectPixels([recording], wanted);
});

test("what an OIR says at its end counts before the snapshot behind its first frame", async () => {
  const snapshot =
    "<lsmimage:imageProperties><length><x>9</x></length><extra><creationDateTime>early</creationDateTime></extra></lsmimage:imageProperties>";
  const channel = "<lsmimage:lsmChannel><length><x>5</x></length></lsmimage:lsmChannel>";
  const last =
    "<lsmimage:imageProperties><length><x>273.931</x></length><pixelUnit><x>NANO_METER</x></pixelUnit></lsmimage:imageProperties>";
  const { files } = madeOir("scan", {
    ...LINE,
    snapshot,
    lsmimage: `${last}<?xml version="1.0"?>${channel}`,
  });
  const [scan] = (await open(files)).scans;
  expect(scan?.umPerPx).toEqual([{ value: expect.closeTo(0.273931, 9), source: "length/x" }]);
  expect(scan?.start?.text).toBe("early");
});

test("line scans at several depths of an OIR are scans of their own", async () => {
  const { files, pixels } = madeOir("scan", {
    ...LINE,
    lines: [1024],
    blockLines: 256,
    planned: 512,
    uid: (block) => `z${block < 2 ? 1 : 2}t1_0_1`,
  });
  const { scans } = await open(files);
  expect(scans.map(({ name, shape }) => [name, shape])).toEqual([
    ["z1", [512, 24]],
    ["z2", [512, 24]],
  ]);
  const second = await scans[1]!.readLines(0, 512);
  expect(Buffer.from(second.data.buffer)).toEqual(Buffer.from(pixels[0]!.subarray(512 * 48)));
});

test("an OIR that asks for more than it has or may is refused by a typed error", async () => {
  const id = OIR_CHANNELS[0]!.id;
  const { files } = madeOir("scan", LINE);
  const plain = files.get("scan.oir")!;
  const doctype = madeOir("scan", { ...LINE, lsmimage: '<!DOCTYPE a [<!ENTITY b "c">]><lsmimage:a/>' });
  const deep = madeOir("scan", {
    ...LINE,
    lsmimage: `${"<lsmimage:a>".repeat(70)}${"</lsmimage:a>".repeat(70)}`,
  });
  const same = [uidBlock(`t1_${id}_0`), blockOf(4, Buffer.alloc(4000))];
  const twice = Buffer.from(oirOf([...same, ...same]));
  const index = Number(twice.readBigUInt64LE(40)) + 4;
  twice.copy(twice, index + 16, index, index + 16);
  for (const [bytes, code, message, limits] of [
    [plain.subarray(0, 50), "invalid_file", "does not begin as an OIR file", LIMITS],
    [doctype.files.get("scan.oir")!, "not_supported", "DOCTYPE", LIMITS],
    [deep.files.get("scan.oir")!, "invalid_file", "deeper than 64", LIMITS],
    [twice, "invalid_file", "its pixel blocks overlap", LIMITS],
    [oirOf([blockOf(3, Buffer.alloc(12, 255))]), "invalid_file", "UID at byte 96", LIMITS],
    [oirOf(same), "invalid_file", "how wide its lines are", LIMITS],
    [plain, "not_supported", "more than 3 blocks", { ...LIMITS, maxEntries: 3 }],
    [plain, "not_supported", "bytes of metadata", { ...LIMITS, maxTextBytes: 1000 }],
    [plain, "not_supported", "beyond the limit of 1000", { ...LIMITS, maxDecodedBytes: 1000 }],
  ] as const) {
    const error = await caught(async () => {
      expect(await open(new Map([["scan.oir", bytes]]), "scan.oir", limits), message).toBe("refused");
    });
    expect(error, message).toMatchObject({ code, message: expect.stringContaining(message) });
  }
});

test("companions of an OIR are found by their names alone", () => {
  const paths = [
    "scan_00001",
    "scan_00012",
    "scan_00000",
    "scan_1",
    "scan_00001.tif",
    "other_00001",
    "a/scan_00001",
  ];
  expect(evidentOirFormat.companionsOf?.("scan.OIR", paths)).toEqual(["scan_00001", "scan_00012"]);
});
