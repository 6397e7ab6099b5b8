import { expect, test } from "vitest";
import { lifFormat } from "../../../src/formats/leica-lif/lif-format.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { caught, codeOf } from "../../support/caught.ts";
import { type LifImageParts, lifBytes, lifStampList, lifValue } from "../../support/recordings/lif-files.ts";
import { allLines, onlyScan, opened } from "../../support/recordings/opened-recording.ts";

const expected = (image: LifImageParts): readonly number[] => {
  const { lines = 6, pixels = 4, channels = 1 } = image;
  return Array.from({ length: channels * lines * pixels }, (_, at) =>
    lifValue(image, Math.floor(at / (lines * pixels)), Math.floor(at / pixels) % lines, at % pixels),
  );
};

test.each<Partial<LifImageParts>>([
  { order: "ctx" },
  { order: "xt" },
  { order: "ctx", channels: 2 },
  { order: "tcx", channels: 2 },
  { order: "txc", channels: 3 },
  { order: "cxt", channels: 2 },
  { bits: 8 },
  { bits: 12, channels: 2 },
  { bits: 32 },
  { bits: 32, isFloat: true },
  { bits: 64, isFloat: true, channels: 2, order: "tcx" },
])("the pixels of a LIF stand where BytesInc says: %o", async (parts) => {
  const image = { name: "xt 1", ...parts };
  const scan = onlyScan(await opened(lifFormat, lifBytes([image])));
  const { channels = 1 } = parts;
  expect(scan.axes).toEqual(channels > 1 ? ["c", "t", "x"] : ["t", "x"]);
  expect(scan.shape).toEqual(channels > 1 ? [channels, 6, 4] : [6, 4]);
  expect([...(await allLines(scan)).data].map(Number)).toEqual(expected(image));
  const some = await scan.readLines(2, 5);
  expect(some.shape.at(-2)).toBe(3);
  expect(Number(some.data[0])).toBe(lifValue(image, 0, 2, 0));
  expect(scan.significantBits).toBe(parts.bits === 12 ? 12 : undefined);
});

test("the line period of a LIF is Length / (n − 1) of t, with the stamps and LineTime beside it", async () => {
  const settings =
    'ScanMode="xyz" LineTime="0.0025" FrameTime="0.53" PixelDwellTime="1.2e-06" ScanSpeed="400" ScanDirectionXName="Bidirectional" LineAverage="2"';
  const bytes = lifBytes([
    { name: "xt", lines: 6, channels: 2, duration: "0.025", settings, stamps: lifStampList(6, 5, 2) },
  ]);
  const scan = onlyScan(await opened(lifFormat, bytes));
  expect(scan.secondsPerLine).toEqual([
    { value: 0.005, source: "Length / (n − 1) of the dimension t" },
    { value: 0.005, source: "recorded stamps (TimeStampList)" },
    { value: 0.0025, source: "LineTime of ATLConfocalSettingDefinition" },
  ]);
  expect(scan.umPerPx).toEqual([{ value: 3, source: "Length / (n − 1) of the dimension x" }]);
  expect(scan.start).toEqual({ text: "2020-09-16T12:00:00.1230000Z", zone: "utc" });
  expect(scan.channelNames).toEqual(["Green", "Red"]);
  expect(scan.path).toEqual({ mode: "xyz", points: [], bidirectional: true });
  expect(scan.more).toMatchObject({
    scan_mode: "xyz",
    line_time_s: 0.0025,
    frame_time_s: 0.53,
    scan_speed_hz: 400,
    line_average: 2,
    time_stamps: 12,
  });
});

test("without a length of t, the stamps of a LIF count, then LineTime; without any, the line period is not known", async () => {
  const of = async (parts: Partial<LifImageParts>) => {
    const recording = await opened(lifFormat, lifBytes([{ name: "xt", duration: "0", ...parts }]));
    return { first: onlyScan(recording).secondsPerLine[0], warnings: recording.warnings };
  };
  const settings = 'LineTime="0.0025"';
  expect(await of({ stamps: lifStampList(6, 5), settings })).toEqual({
    first: { value: 0.005, source: "recorded stamps (TimeStampList)" },
    warnings: [],
  });
  expect((await of({ settings })).first?.value).toBe(0.0025);
  expect(await of({ settings: 'LineTime="-1"' })).toEqual({
    first: undefined,
    warnings: ['"xt": the time of a line is not known'],
  });
  const few = await of({ stamps: lifStampList(4, 5), settings });
  expect(few.first?.value).toBe(0.0025);
  expect(few.warnings).toEqual(['"xt": its 4 time stamps for 6 lines of 1 channels say no time of a line']);
});

test("stamps of LAS before 3.1 are read, and those that are none are named", async () => {
  const half = (line: number): string =>
    `<TimeStamp HighInteger="30837600" LowInteger="${1000 + line * 20_000}"/>`;
  const old = `<TimeStampList>${[0, 1, 2, 3, 4, 5].map(half).join("")}</TimeStampList>`;
  const scan = onlyScan(await opened(lifFormat, lifBytes([{ name: "xt", stamps: old }])));
  expect(scan.secondsPerLine[1]?.value).toBeCloseTo(0.002, 12);
  expect(scan.start?.text).toMatch(/^2020-\d\d-\d\dT.*Z$/);
  const bad = await opened(
    lifFormat,
    lifBytes([{ name: "xt", stamps: "<TimeStampList>1d6 zz</TimeStampList>" }]),
  );
  expect(bad.warnings).toEqual(['"xt": a time stamp is "zz": none is used']);
  expect(onlyScan(bad).start).toBeUndefined();
});

test("several series in one LIF become scans by their names and folders; other series are named and left alone", async () => {
  const y =
    '<DimensionDescription DimID="2" NumberOfElements="2" Origin="0" Length="1e-6" Unit="m" BitInc="0" BytesInc="48"/>';
  const bytes = lifBytes(
    [
      { name: "a" },
      { name: "a", lines: 3 },
      { name: "frames", moreDimensions: y },
      { name: "line", lines: 1 },
      { name: "float16", bits: 16, isFloat: true, data: new Uint8Array(48) },
    ],
    {
      wrap: (elements) =>
        `<Element Name="Animal 3"><Data/><Memory Size="0" MemoryBlockID="MemBlock_f"/><Children>${elements}</Children></Element><Element Name="flim"><Data><SingleMoleculeDetection IsImage="true"/></Data></Element>`,
      xmlEnd: "\0",
    },
  );
  const { scans, notScans } = await opened(lifFormat, bytes);
  expect(scans.map(({ name, shape }) => [name, ...shape])).toEqual([
    ["Animal 3/a", 6, 4],
    ["Animal 3/a (2)", 3, 4],
  ]);
  expect(notScans).toEqual([
    'the photon counts "flim" (FLIM)',
    'the frame scan "Animal 3/frames" (x 4 × t 6 × y 2)',
    'the image "Animal 3/line" (x 4)',
    'the line scan "Animal 3/float16": its values are of the type 1 with 16 bits, which is not read',
  ]);
});

test("a LIF of version 1, with sizes of 4 bytes, and dye names of channels", async () => {
  const property = "<ChannelProperty><Key>DyeName</Key><Value>Alexa 488</Value></ChannelProperty>";
  const bytes = lifBytes([{ name: "xt", channelChildren: property }], { version: 1 });
  const scan = onlyScan(await opened(lifFormat, bytes));
  expect(scan.channelNames).toEqual(["Alexa 488"]);
  expect((await allLines(scan)).data[9]).toBe(21);
});

test("a LIF that contradicts itself is refused by what is wrong", async () => {
  const refused = async (image: Partial<LifImageParts>, limits = {}) =>
    (await caught(() => opened(lifFormat, lifBytes([{ name: "xt", ...image }]), limits))).message;
  expect(await refused({ cut: 1 })).toContain("its block is shorter than its dimensions");
  expect(await refused({ data: new Uint8Array(3) })).toContain("its block is shorter than its dimensions");
  expect(await refused({}, { maxDecodedBytes: 40 })).toContain("48 bytes of pixels, more than are read");
  expect(await refused({}, { maxTextBytes: 100 })).toContain("its XML has");
  const text = Buffer.from(lifBytes([{ name: "xt" }]));
  const changed = (from: string, to: string) => {
    const at = text.indexOf(Buffer.from(from, "utf16le"));
    const copy = new Uint8Array(text);
    copy.set(Buffer.from(to, "utf16le"), at);
    return copy;
  };
  expect(await codeOf(() => opened(lifFormat, changed('BytesInc="8"', 'BytesInc="4"')))).toBe("invalid_file");
  expect(await codeOf(() => opened(lifFormat, changed('ID="MemBlock_0"/></E', 'ID="MemBlock_x"/></E')))).toBe(
    "invalid_file",
  );
  expect(await codeOf(() => opened(lifFormat, changed('Version="2"', 'Version="3"')))).toBe("not_supported");
  expect(await codeOf(() => opened(lifFormat, changed("<Memory ", "<!DOCTYPE")))).toBe("not_supported");
  expect(await codeOf(() => opened(lifFormat, text.subarray(0, 200)))).toBe("invalid_file");
  expect(await codeOf(() => opened(lifFormat, Buffer.from("not a LIF at all")))).toBe("invalid_file");
  expect(await codeOf(() => opened(lifFormat, new Uint8Array()))).toBe("invalid_file");
});

test("reading some lines of a LIF reads no more than their bytes", async () => {
  const image = { name: "xt", lines: 1000, pixels: 16, channels: 2 };
  const bytes = lifBytes([image]);
  const inner = bytesSource(bytes);
  let read = 0;
  const source = {
    sizeBytes: inner.sizeBytes,
    read: (offset: number, length: number) => {
      read += length;
      return inner.read(offset, length);
    },
  };
  const scan = onlyScan(await opened(lifFormat, bytes, {}, source));
  expect(read).toBeLessThan(bytes.length - 64_000 + 200);
  read = 0;
  await scan.readLines(10, 20);
  expect(read).toBe(2 * 10 * 32);
  const second = await scan.readLines(10, 20, 1);
  expect([second.shape, second.data[0], read]).toEqual([[1, 10, 16], 1100, 3 * 10 * 32]);
  expect(await codeOf(() => scan.readLines(10, 1001))).toBe("invalid_argument");
});
