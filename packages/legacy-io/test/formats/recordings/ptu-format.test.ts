import { expect, test } from "vitest";
import { ptuFormat } from "../../../src/formats/picoquant-ptu/ptu-format.ts";
import { caught, codeOf } from "../../support/caught.ts";
import { allLines, onlyScan, opened } from "../../support/recordings/opened-recording.ts";
import {
  PTU_TYPES,
  type PtuParts,
  type PtuScan,
  ptuBytes,
  ptuEvents,
  ptuValue,
} from "../../support/recordings/ptu-files.ts";

const of = (scan: PtuScan = {}, parts: Omit<PtuParts, "events"> = {}) =>
  opened(ptuFormat, ptuBytes({ events: ptuEvents(scan), ...parts }));

const expected = (lines: number, channels = 2, lost: readonly number[] = []): readonly number[] =>
  Array.from({ length: channels * lines * 5 }, (_, at) => {
    const [channel, line, pixel] = [Math.floor(at / (lines * 5)), Math.floor(at / 5) % lines, at % 5];
    return lost.includes(line) ? 0 : ptuValue(channel, line, pixel);
  });

test.each(Object.entries(PTU_TYPES))(
  "photons of a PTU are counted by line and pixel and channel: %s",
  async (name, type) => {
    const channels = name === "picoHarpT3" ? [1, 2] : [0, 1];
    const scan = onlyScan(await of({ channels }, { type }));
    expect(scan.axes).toEqual(["c", "t", "x"]);
    expect(scan.shape).toEqual([2, 6, 5]);
    expect(scan.dtype).toBe("uint16");
    expect(scan.channelNames).toEqual(["Channel 1", "Channel 2"]);
    expect([...(await allLines(scan)).data]).toEqual(expected(6));
    const second = await scan.readLines(2, 4, 1);
    expect(second.shape).toEqual([1, 2, 5]);
    expect([...second.data]).toEqual(
      [2, 3].flatMap((line) => [0, 1, 2, 3, 4].map((x) => ptuValue(1, line, x))),
    );
    const some = await scan.readLines(2, 4);
    expect([...some.data]).toEqual(
      [0, 1].flatMap((channel) =>
        [2, 3].flatMap((line) => [0, 1, 2, 3, 4].map((x) => ptuValue(channel, line, x))),
      ),
    );
  },
);

test("the line period of a PTU is from start to start, not the dwell time times the pixels", async () => {
  const scan = onlyScan(await of({}, { tags: { ImgHdr_LineFrequency: 15_625 } }));
  expect(scan.secondsPerLine.map(({ source }) => source)).toEqual([
    "line start markers (median from start to start)",
    "ImgHdr_LineFrequency",
    "dwell time × pixels, without the way back",
  ]);
  expect(scan.secondsPerLine.map(({ value }) => Number(value.toPrecision(9)))).toEqual([64e-6, 64e-6, 50e-6]);
  expect(scan.umPerPx).toEqual([{ value: 0.25, source: "ImgHdr_PixResol" }]);
  expect(scan.start).toEqual({ text: "2020-06-18T12:00:00.000", zone: "no zone" });
  expect(scan.more).toMatchObject({ pixel_dwell_time_s: 1e-5 });
  expect(scan.path?.bidirectional).toBe(false);
});

test("lost lines of a PTU are a gap of zeros, and a pause begins another scan", async () => {
  const scan = onlyScan(await of({ lines: 12, lost: [3, 4, 8] }));
  expect(scan.shape).toEqual([2, 12, 5]);
  expect(scan.gaps).toEqual([
    { firstLine: 3, lines: 2 },
    { firstLine: 8, lines: 1 },
  ]);
  expect([...(await allLines(scan)).data]).toEqual(expected(12, 2, [3, 4, 8]));
  expect([...(await scan.readLines(3, 5)).data].every((count) => count === 0)).toBe(true);
  const paused = await of({ lines: 9, pause: { line: 4, length: 640_000 } });
  expect(paused.scans.map(({ name, shape }) => [name, ...shape])).toEqual([
    ["part 1", 2, 4, 5],
    ["part 2", 2, 5, 5],
  ]);
  expect(paused.warnings.join()).toContain("1 pauses");
  const second = await paused.scans[1]?.readLines(0, 1);
  expect([...(second?.data ?? [])]).toEqual(
    [0, 1].flatMap((channel) => [0, 1, 2, 3, 4].map((x) => ptuValue(channel, 4, x))),
  );
});

test("odd lines of a bidirectional PTU are turned, also behind a lost line", async () => {
  const tags = { ImgHdr_BiDirect: 1 };
  const scan = onlyScan(await of({ isBidirectional: true, lines: 8, lost: [2] }, { tags }));
  expect([...(await allLines(scan)).data]).toEqual(expected(8, 2, [2]));
  expect(scan.path?.bidirectional).toBe(true);
  expect(scan.more).toMatchObject({ odd_lines: "turned" });
});

test("pixels of a PTU are known without their tag, without stop markers, and without a dwell time", async () => {
  const shapeOf = async (scan: PtuScan, tags: PtuParts["tags"]) => onlyScan(await of(scan, { tags })).shape;
  expect(await shapeOf({}, { ImgHdr_PixX: undefined })).toEqual([2, 6, 5]);
  expect(await shapeOf({}, { ImgHdr_TimePerPixel: undefined })).toEqual([2, 6, 5]);
  // By the period alone, the way back counts as pixels.
  expect(await shapeOf({ hasStops: false }, { ImgHdr_PixX: undefined })).toEqual([2, 6, 6]);
  const short = await of({}, { tags: { ImgHdr_PixX: 7 } });
  expect(short.warnings.join()).toContain("pixels are counted by their dwell time");
  expect(await codeOf(() => of({}, { tags: { ImgHdr_PixX: undefined, ImgHdr_TimePerPixel: 1e-9 } }))).toBe(
    "invalid_file",
  );
});

test("pictures of one line are a PTU's scan; other pictures and points are named", async () => {
  const image = { Measurement_SubMode: 3, ImgHdr_Dimensions: 3, ImgHdr_PixY: 1 };
  expect(onlyScan(await of({}, { tags: image })).shape).toEqual([2, 6, 5]);
  expect((await of({}, { tags: { ...image, ImgHdr_PixY: 512 } })).notScans).toEqual([
    "the frame scan (5 × 512)",
  ]);
  expect((await of({}, { tags: { Measurement_SubMode: 1 } })).notScans.join()).toContain("at a point");
  expect((await opened(ptuFormat, ptuBytes({ events: [] }))).notScans).toEqual([
    "a line scan without line markers",
  ]);
});

test("a line of more than 65 535 photons makes a PTU's counts uint32, and overflows may come one by one", async () => {
  const many = Array.from({ length: 70_000 }, () => ({ time: 105, channel: 0 }));
  const events = [{ time: 0, marker: 1 }, ...many, { time: 500, marker: 2 }, { time: 640, marker: 1 }];
  const scan = onlyScan(await opened(ptuFormat, ptuBytes({ events })));
  expect([scan.dtype, ...(await allLines(scan)).data]).toEqual(["uint32", 0, 70_000, 0, 0, 0, 0, 0, 0, 0, 0]);
  const scanOfOnes = onlyScan(await of({}, { singleOverflows: true }));
  expect([...(await allLines(scanOfOnes)).data]).toEqual(expected(6));
});

test("a PTU that contradicts itself or is of an unknown kind is refused by what is wrong", async () => {
  const refused = async (tags: PtuParts["tags"], type?: number) =>
    (await caught(() => of({}, { tags, ...(type !== undefined && { type }) }))).message;
  expect(await refused({ TTResult_NumberOfRecords: 10_000 })).toContain("it ends early");
  expect(await refused({}, 0x00020307)).toContain("0x20307");
  expect(await refused({ ImgHdr_LineStart: undefined })).toContain("ImgHdr_LineStart");
  expect(await refused({ MeasDesc_GlobalResolution: 0 })).toContain("MeasDesc_GlobalResolution");
  const bytes = ptuBytes({ events: ptuEvents() });
  expect(await codeOf(() => opened(ptuFormat, bytes, { maxDecodedBytes: 100 }))).toBe("not_supported");
  expect(await codeOf(() => opened(ptuFormat, bytes, { maxDecodedBytes: 10 }))).toBe("not_supported");
  expect(await codeOf(() => opened(ptuFormat, bytes, { maxEntries: 3 }))).toBe("invalid_file");
  expect(await codeOf(() => opened(ptuFormat, bytes.subarray(0, 300)))).toBe("invalid_file");
  expect(await codeOf(() => opened(ptuFormat, Buffer.from("PQTTTX\0\0")))).toBe("invalid_file");
  expect(await codeOf(() => onlyScanOf(bytes))).toBe("invalid_argument");
});

async function onlyScanOf(bytes: Uint8Array) {
  return onlyScan(await opened(ptuFormat, bytes)).readLines(0, 7);
}
