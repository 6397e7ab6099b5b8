import { expect, test } from "vitest";
import { mescFormat } from "../../../src/formats/femtonics-mesc/mesc-format.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { caught, codeOf } from "../../support/caught.ts";
import { type MescUnitParts, mescBytes, mescValue } from "../../support/recordings/mesc-files.ts";
import { allLines, onlyScan, opened } from "../../support/recordings/opened-recording.ts";

const of = (unit: MescUnitParts = {}, version: 1 | 2 = 1) => opened(mescFormat, mescBytes([unit], version));
const said = async (unit: MescUnitParts) => (await of(unit)).notScans.join();
const LINES = { shape: [1, 9, 5], attributes: { MethodType: 6n, TStepInMs: 1.5 } } as const;

const expected = (lines: number, pixels: number, channels = 1): readonly number[] =>
  Array.from({ length: channels * lines * pixels }, (_, at) =>
    mescValue(Math.floor(at / (lines * pixels)), Math.floor(at / pixels) % lines, at % pixels),
  );

test("a MESc unit with one line a frame is a scan with its scale, start, channels and conversion", async () => {
  const scan = onlyScan(
    await of({
      channels: 2,
      attributes: {
        Channel_0_Name: "UG",
        Channel_1_Name: { utf16: "UR" },
        Channel_0_Conversion_ConversionLinearScale: 1,
        Channel_0_Conversion_ConversionLinearOffset: -786,
        Comment: "Gef\u00e4\u00df 1",
        CreatingMEScVersion: { fixed: "MESc 4.0" },
      },
    }),
  );
  expect([scan.name, scan.dtype, scan.shape, scan.axes]).toEqual([
    "MSession_0/MUnit_0",
    "uint16",
    [2, 6, 4],
    ["c", "t", "x"],
  ]);
  expect(scan.secondsPerLine).toEqual([{ value: 0.002, source: "scale of the Z axis, one line a frame" }]);
  expect(scan.umPerPx).toEqual([{ value: 0.25, source: "scale of the X axis" }]);
  expect(scan.channelNames).toEqual(["UG", "UR"]);
  expect(scan.start).toEqual({ text: "2023-11-14T22:13:20.707Z", zone: "utc" });
  expect(scan.more).toMatchObject({
    value_conversion: {
      applied: false,
      formula: "value = stored \u00d7 scale + offset",
      channels: [{ channel: "UG", scale: 1, offset: -786 }],
    },
    comment: "Gef\u00e4\u00df 1",
    mesc_version: "MESc 4.0",
  });
  expect([...(await allLines(scan)).data]).toEqual(expected(6, 4, 2));
  const second = await scan.readLines(2, 4, 1);
  expect([second.shape, [...second.data]]).toEqual([
    [1, 2, 4],
    [2, 3].flatMap((row) => [0, 1, 2, 3].map((x) => mescValue(1, row, x))),
  ]);
  expect(await codeOf(() => scan.readLines(3, 7))).toBe("invalid_argument");
});

test.each([1, 2] as const)(
  "values of a MESc are the same in every layout and type: headers of version %i",
  async (version) => {
    const units: readonly MescUnitParts[] = [
      {},
      { layout: "compact" },
      { type: ">u2", layout: [2, 1, 3] },
      { type: "u4", layout: [4, 1, 4], filters: ["deflate"] },
      { type: "f4", layout: [5, 1, 2], filters: ["shuffle", "deflate", "fletcher32"] },
      { type: ">f8", layout: [6, 1, 4], filters: ["fletcher32", "shuffle"] },
      { type: "i2", layout: [1, 1, 4], filters: ["fletcher32"] },
    ];
    for (const unit of units) {
      const scan = onlyScan(await of(unit, version));
      expect([...(await allLines(scan)).data], JSON.stringify(unit)).toEqual(expected(6, 4));
      expect([...(await scan.readLines(3, 5)).data]).toEqual(expected(6, 4).slice(12, 20));
    }
  },
);

test("rows of a MESc unit are lines where its method, its task or the unit of Y says so", async () => {
  const byMethod = onlyScan(await of(LINES));
  expect([byMethod.shape, byMethod.secondsPerLine]).toEqual([
    [9, 5],
    [{ value: 0.0015, source: "TStepInMs" }],
  ]);
  const byTask = onlyScan(
    await of({
      shape: [1, 9, 5],
      attributes: { MeasurementParamsXML: '<Task Version="1" Type="TaskLineScan">' },
    }),
  );
  expect(byTask.secondsPerLine).toEqual([]);
  const byUnit = onlyScan(
    await of({
      shape: [1, 9, 5],
      attributes: { YAxisConversionConversionLinearScale: 500, YAxisConversionUnitName: "\u00b5s" },
    }),
  );
  expect(byUnit.secondsPerLine[0]?.value).toBeCloseTo(0.0005, 12);
  const byRole = onlyScan(
    await of({
      shape: [1, 9, 5],
      attributes: { YAxisConversionConversionLinearScale: 2, YAxisGeomRole: 0n },
    }),
  );
  expect(byRole.secondsPerLine[0]?.value).toBe(0.002);
  const flat = onlyScan(await of({ shape: [9, 5], layout: [4, 5] }));
  expect([flat.shape, flat.secondsPerLine[0]?.value]).toEqual([[9, 5], 0.002]);
});

test("lines between the frames of a MESc are a gap of zeros", async () => {
  const y = { YAxisConversionConversionLinearScale: 2, YAxisConversionUnitName: "ms" };
  const frames = (periodMs: number, layout: MescUnitParts["layout"] = "contiguous") =>
    of({ shape: [3, 4, 2], layout, attributes: { ...y, ZAxisConversionConversionLinearScale: periodMs } });
  const scan = onlyScan(await frames(12, [2, 3, 1]));
  expect([scan.shape, scan.gaps]).toEqual([
    [16, 2],
    [
      { firstLine: 4, lines: 2 },
      { firstLine: 10, lines: 2 },
    ],
  ]);
  const first = [...(await allLines(scan)).data].filter((_, at) => at % 2 === 0);
  expect(first).toEqual([0, 10, 20, 30, 0, 0, 40, 50, 60, 70, 0, 0, 80, 90, 100, 110]);
  expect([...(await scan.readLines(3, 7)).data]).toEqual([30, 31, 0, 0, 0, 0, 40, 41]);
  expect(onlyScan(await frames(8)).gaps).toEqual([]);
  const odd = await frames(11);
  expect([onlyScan(odd).gaps, odd.warnings.join()]).toEqual([
    [],
    expect.stringContaining("not a whole number of lines"),
  ]);
});

test("units of a MESc that hold something other than line scans are named", async () => {
  expect(await said({ shape: [6, 3, 4] })).toBe('the frame scan "MSession_0/MUnit_0" (6 \u00d7 3 \u00d7 4)');
  expect(await said({ shape: [1, 3, 4] })).toBe(
    'the single frame "MSession_0/MUnit_0" (1 \u00d7 3 \u00d7 4)',
  );
  const depth = { ZAxisGeomRole: 3n, ZAxisConversionUnitName: { utf16: "\u00b5m" } };
  expect(await said({ attributes: depth })).toBe('the stack "MSession_0/MUnit_0" (6 \u00d7 1 \u00d7 4)');
  expect(await said({ shape: [1, 1, 4] })).toContain("the single line");
  expect(await said({ channels: 0 })).toContain("without channels");
  expect(await said({ shape: [2, 2, 2, 2] })).toContain("of 4 axes");
  const several = await opened(mescFormat, mescBytes([{ unit: 2 }, { session: 1, unit: 10 }, { unit: 11 }]));
  expect(several.scans.map(({ name }) => name)).toEqual([
    "MSession_0/MUnit_2",
    "MSession_0/MUnit_11",
    "MSession_1/MUnit_10",
  ]);
});

test("the unit that a MESc scan names as its background is its reference image", async () => {
  const scan = { ...LINES, attributes: { ...LINES.attributes, BackgroundImagePath: "/MSession_1/MUnit_0" } };
  const file = mescBytes([scan, { session: 1, unit: 0, shape: [2, 3, 4], channels: 2 }]);
  const { scans, notScans } = await opened(mescFormat, file);
  const reference = scans[0]?.reference;
  expect([reference?.name, reference?.shape, reference?.axes, reference?.umPerPx[0]?.value]).toEqual([
    "MSession_1/MUnit_0",
    [2, 3, 4],
    ["c", "y", "x"],
    0.25,
  ]);
  expect([...((await reference?.readLines(0, 3))?.data ?? [])]).toEqual(expected(3, 4, 2));
  expect(notScans).toHaveLength(1);
  const alone = await of(scan);
  expect([onlyScan(alone).reference, alone.warnings.join()]).toEqual([
    undefined,
    expect.stringContaining("the file has no such unit"),
  ]);
});

test("a MESc scale that is not of its kind is not known and says why", async () => {
  const unclear = await of({ attributes: { ZAxisGeomRole: undefined, ZAxisConversionUnitName: undefined } });
  expect(onlyScan(unclear).secondsPerLine).toEqual([]);
  expect(unclear.warnings.join()).toContain("the time of a line is not known: the scale 2 of the Z axis");
  const pixels = await of({ attributes: { XAxisConversionUnitName: "px", MeasurementDatePosix: 0n } });
  expect([onlyScan(pixels).umPerPx, onlyScan(pixels).start]).toEqual([[], undefined]);
  expect(pixels.warnings.join()).toContain(
    '\u00b5m per pixel is not known: the scale 0.25 of the X axis is in "px"',
  );
  const more = await of({ attributes: { VecChannelsSize: 2n } });
  expect(more.warnings.join()).toContain("it says 2 channels (VecChannelsSize), and has 1");
  const two = onlyScan(await of({ attributes: { TStepInMs: 3 } }));
  expect(two.secondsPerLine.map(({ value }) => value)).toEqual([0.002, 0.003]);
});

test("a MESc that is broken or asks for too much is refused with a typed error", async () => {
  const sound = mescBytes([
    { channels: 2, layout: [2, 1, 4], filters: ["shuffle", "deflate", "fletcher32"] },
  ]);
  expect((await caught(() => opened(mescFormat, new Uint8Array(3)))).message).toContain("as HDF5 does");
  expect(await codeOf(() => opened(mescFormat, sound.subarray(0, sound.length - 9)))).toBe("invalid_file");
  expect(await codeOf(() => opened(mescFormat, sound, { maxEntries: 10 }))).toBe("not_supported");
  expect(await codeOf(() => opened(mescFormat, sound, { maxTextBytes: 400 }))).toBe("not_supported");
  const large = await opened(mescFormat, sound, { maxDecodedBytes: 40 });
  expect([large.scans.length, large.notScans.join()]).toEqual([
    0,
    expect.stringContaining("more than may be"),
  ]);
  const whole = await opened(mescFormat, sound, { maxDecodedBytes: 60 });
  expect(whole.notScans.join()).toContain("96 bytes of pixels are more than are read");
  const damaged = new Uint8Array(sound);
  const at = Buffer.from(sound).indexOf(Buffer.of(0x78, 0x9c)) + 4;
  damaged[at] = (damaged[at] ?? 0) ^ 0x40;
  const scan = onlyScan(await opened(mescFormat, damaged));
  expect((await caught(() => allLines(scan))).message).toContain("fletcher32 checksum");
  const other = Buffer.from(sound);
  other.writeUInt8("X".charCodeAt(0), other.indexOf("MSession_0"));
  expect((await caught(() => opened(mescFormat, other))).message).toContain("it has no session");
  const newer = mescBytes([{}], 2);
  const tampered = new Uint8Array(newer);
  const links = Buffer.from(newer).indexOf("MSession_0");
  tampered[links] = 0x4e;
  expect((await caught(() => opened(mescFormat, tampered))).message).toContain(
    "the checksum of an object header",
  );
});

test("reading some lines of a MESc reads no more than their bytes", async () => {
  const bytes = mescBytes([{ shape: [1000, 1, 16], channels: 2 }]);
  const inner = bytesSource(bytes);
  let read = 0;
  const source = {
    sizeBytes: inner.sizeBytes,
    read: (offset: number, length: number) => {
      read += length;
      return inner.read(offset, length);
    },
  };
  const scan = onlyScan(await opened(mescFormat, bytes, {}, source));
  expect(read).toBeLessThan(5000);
  read = 0;
  await scan.readLines(10, 20);
  expect(read).toBe(2 * 10 * 32);
});
