import { expect, it } from "vitest";
import { imageLayout } from "../../../src/tiff/axes/image-layout.ts";
import { statedScales } from "../../../src/tiff/axes/stated-scales.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { describeTiff, readTiff } from "../../../src/tiff/read-tiff.ts";
import { buildTiff, type FixtureTag } from "../tiff-fixture.ts";

const [LINES, WIDTH] = [6, 4];

interface LsmParts {
  readonly channels?: number;
  readonly times?: number;
  readonly scanType?: number;
  readonly umPerPx?: number;
  readonly intervalS?: number;
  readonly stamps?: readonly number[];
}

/** A line scan as a Zeiss microscope of before ZEN's CZI writes it: rows are times, `DimensionY` is 1. */
function lsm({ stamps = [], ...parts }: LsmParts, isLittleEndian = true): Uint8Array<ArrayBuffer> {
  const bytes = build(parts, 0, isLittleEndian);
  if (stamps.length === 0) {
    return bytes;
  }
  const view = new DataView(new ArrayBuffer(8 + 8 * stamps.length));
  view.setInt32(4, stamps.length, isLittleEndian);
  for (const [at, stamp] of stamps.entries()) {
    view.setFloat64(8 + 8 * at, stamp, isLittleEndian);
  }
  return new Uint8Array([...build(parts, bytes.length, isLittleEndian), ...new Uint8Array(view.buffer)]);
}

/** A value of the scan: its entry, type and bytes. */
function scanValue(
  entry: number,
  type: number,
  payload: readonly number[] = [],
  isLittleEndian = true,
): readonly number[] {
  const head = new DataView(new ArrayBuffer(12));
  for (const [at, value] of [entry, type, payload.length].entries()) {
    head.setUint32(4 * at, value, isLittleEndian);
  }
  return [...new Uint8Array(head.buffer), ...payload];
}

function float64(value: number, isLittleEndian = true): readonly number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, isLittleEndian);
  return [...new Uint8Array(view.buffer)];
}

/** The values of a scan that began `days` after 1899-12-30, behind a name and a block of lasers. */
function scanInfo(days: number, isLittleEndian = true): readonly number[] {
  return [
    ...scanValue(0x10000000, 0, [], isLittleEndian),
    ...scanValue(0x10000001, 2, [104, 105, 0], isLittleEndian),
    ...scanValue(0x30000000, 0, [], isLittleEndian),
    ...scanValue(0xffffffff, 0, [], isLittleEndian),
    ...scanValue(0x10000036, 5, float64(days, isLittleEndian), isLittleEndian),
    ...scanValue(0xffffffff, 0, [], isLittleEndian),
  ];
}

/** A line scan with values of its scan behind it. */
function lsmWith(values: readonly number[], isLittleEndian = true): Uint8Array<ArrayBuffer> {
  const { length } = build({}, 0, isLittleEndian);
  return new Uint8Array([...build({}, 0, isLittleEndian, length), ...values]);
}

function build(
  parts: LsmParts,
  stampsOffset: number,
  isLittleEndian: boolean,
  scanInfoOffset = 0,
): Uint8Array<ArrayBuffer> {
  const { channels = 1, times = LINES, scanType = 2, umPerPx = 0.25, intervalS = 0.01 } = parts;
  const info = new DataView(new ArrayBuffer(256));
  for (const [at, size] of [WIDTH, 1, 1, channels, times].entries()) {
    info.setInt32(8 + 4 * at, size, isLittleEndian);
  }
  info.setFloat64(40, umPerPx / 1e6, isLittleEndian);
  info.setFloat64(48, umPerPx / 1e6, isLittleEndian);
  info.setUint16(88, scanType, isLittleEndian);
  info.setFloat64(112, intervalS, isLittleEndian);
  info.setUint32(124, scanInfoOffset, isLittleEndian);
  info.setUint32(132, stampsOffset, isLittleEndian);
  const short = (tag: number, ...values: number[]): FixtureTag => ({ tag, type: 3, values });
  const segments = Array.from({ length: channels }, (_, channel) =>
    Uint8Array.from({ length: LINES * WIDTH }, (__, at) => 100 * channel + at),
  );
  const tags = [
    short(256, WIDTH),
    short(257, LINES),
    short(258, ...segments.map(() => 8)),
    short(259, 1),
    short(262, 1),
    short(277, channels),
    short(278, LINES),
    short(284, 2),
    { tag: 34412, type: 1, values: [...new Uint8Array(info.buffer)] } as const,
  ];
  return buildTiff([{ tags, segments }], { isLittleEndian });
}

const STAMPS = Array.from({ length: LINES }, (_, line) => 1613.9727 + 0.0015 * line);

it.each([true, false])(
  "rows of a line scan are lines in time (little endian: %s)",
  async (isLittleEndian) => {
    const bytes = lsm({ stamps: STAMPS, channels: 2 }, isLittleEndian);
    const { image, info } = await readTiff(bytesSource(bytes));
    const layout = imageLayout(info);
    expect([layout.axes, layout.shape, image.data[LINES * WIDTH]]).toEqual([
      ["c", "t", "x"],
      [2, LINES, WIDTH],
      100,
    ]);
    expect(statedScales(layout, info.calibration)).toEqual([
      null,
      { step: 0.0015, unit: "s", source: "lsm_stamps" },
      { step: 0.25, unit: "um", source: "lsm" },
    ]);
    expect(info.warnings).toEqual(["axis t: lsm says 0.01 s, lsm_stamps says 0.0015 s"]);
  },
);

it.each<[string, LsmParts, number | undefined, string]>([
  ["as many as no lines", { stamps: STAMPS.slice(2) }, 0.01, "4 time stamps are not used: it has 6 lines"],
  ["that do not rise", { stamps: STAMPS.map(() => 7) }, 0.01, ""],
  ["none, and no interval", { intervalS: 0 }, undefined, ""],
])("without good stamps the interval is the period: %s", async (_what, parts, seconds, warning) => {
  const info = await describeTiff(bytesSource(lsm(parts)));
  const [time, space] = statedScales(imageLayout(info), info.calibration);
  expect([time?.step, space?.step]).toEqual([seconds, 0.25]);
  expect(info.warnings.join()).toContain(warning);
});

it("a stack of other types counts planes as before", async () => {
  await expect(describeTiff(bytesSource(lsm({ scanType: 3 })))).rejects.toThrow(
    "6 planes with 1 directories",
  );
});

it("stamps beyond the file are named, and the interval counts", async () => {
  const whole = lsm({ stamps: STAMPS });
  const info = await describeTiff(bytesSource(whole.subarray(0, whole.length - 8)));
  expect(info.calibration).toContainEqual({ axis: "t", step: 0.01, unit: "s", source: "lsm" });
  expect(info.warnings.join()).toContain("its time stamps are not used");
});

it.each<[string, Uint8Array<ArrayBuffer>, string | undefined]>([
  ["of 2015", lsmWith(scanInfo(42_064.5 + 15.461 / 86_400)), "2015-03-01T12:00:15.461"],
  ["big endian", lsmWith(scanInfo(36_526.25, false), false), "2000-01-01T06:00:00.000"],
  ["0, which is none", lsmWith(scanInfo(0)), undefined],
  ["of no date", lsmWith(scanInfo(1e9)), undefined],
  ["not a number", lsmWith(scanInfo(Number.NaN)), undefined],
  ["in values of another kind", lsmWith(scanInfo(42_064.5).slice(12)), undefined],
  [
    "behind the end of the recording",
    lsmWith([...scanInfo(0).slice(0, 12), ...scanValue(0xffffffff, 0), ...scanInfo(42_064.5)]),
    undefined,
  ],
  [
    "of another type",
    lsmWith([...scanValue(0x10000000, 0), ...scanValue(0x10000036, 4, [1, 0, 0, 0])]),
    undefined,
  ],
  ["none", lsm({}), undefined],
])("the time of the first sample is the start, without a zone: %s", async (_what, bytes, text) => {
  const { start } = await describeTiff(bytesSource(bytes));
  expect(start).toEqual(text === undefined ? undefined : { text, zone: "no zone" });
});

it("values of the scan that reach beyond the file are named, and the image is read", async () => {
  const cut = lsmWith(scanInfo(42_064.5).slice(0, 60));
  const { start, warnings } = await describeTiff(bytesSource(cut));
  expect([start, warnings.join()]).toEqual([
    undefined,
    expect.stringContaining("Zeiss LSM: its start is not known"),
  ]);
});
