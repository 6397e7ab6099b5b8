import { describe, expect, it } from "vitest";
import { cziFormat } from "../../../src/formats/czi/czi-format.ts";
import type { Recording } from "../../../src/formats/recording-format.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { caught } from "../../support/caught.ts";
import {
  type CziBlock,
  type CziParts,
  cziFile,
  cziXml,
  lineBlocks,
} from "../../support/recordings/czi-files.ts";

const LIMITS = { maxDecodedBytes: 2 ** 24, maxTextBytes: 2 ** 20, maxEntries: 2 ** 16 };

async function open(parts: CziParts): Promise<Recording> {
  return openBytes(cziFile(parts));
}

async function openBytes(bytes: Uint8Array): Promise<Recording> {
  return cziFormat.open(
    { fileName: "scan.czi", main: bytesSource(bytes), companion: async () => undefined },
    LIMITS,
  );
}

async function onlyScan(
  parts: CziParts,
): Promise<Recording["scans"][number] & { readonly warnings: readonly string[] }> {
  const { scans, warnings } = await open(parts);
  expect(scans).toHaveLength(1);
  const [scan] = scans;
  if (scan === undefined) {
    throw new Error("no scan");
  }
  return { ...scan, warnings };
}

const [LINES, WIDTH] = [40, 8];

/** The values of `lineBlocks`. */
function valuesOf(lines: number, channels = 1): readonly number[] {
  return Array.from({ length: channels * lines * WIDTH }, (_, at) => {
    const [channel, line, x] = [Math.floor(at / (lines * WIDTH)), Math.floor(at / WIDTH) % lines, at % WIDTH];
    return 1000 * channel + 10 * line + x;
  });
}

describe("pixels of a CZI", () => {
  it.each(["plain", "zstd0", "zstd1", "zstd1 split"] as const)("are read line by line: %s", async (store) => {
    const scan = await onlyScan({ blocks: lineBlocks({ lines: LINES, width: WIDTH, channels: 2, store }) });
    expect([scan.dtype, scan.axes, scan.shape]).toEqual(["uint16", ["c", "t", "x"], [2, LINES, WIDTH]]);
    expect([...(await scan.readLines(0, LINES)).data]).toEqual(valuesOf(LINES, 2));
    const second = await scan.readLines(3, 5, 1);
    expect([second.shape, [...second.data]]).toEqual([
      [1, 2, WIDTH],
      valuesOf(LINES, 2).slice((LINES + 3) * WIDTH, (LINES + 5) * WIDTH),
    ]);
  });

  it("are the same wherever the blocks are in the file, and whatever the directory's order", async () => {
    const blocks = lineBlocks({ lines: LINES, width: WIDTH });
    for (const parts of [{ blocks, isShuffled: true }, { blocks: blocks.toReversed() }]) {
      const scan = await onlyScan(parts);
      expect([...(await scan.readLines(0, LINES)).data]).toEqual(valuesOf(LINES));
    }
  });

  it("compressed with JPEG XR are refused by name", async () => {
    const error = await caught(() =>
      open({ blocks: lineBlocks({ lines: 2, width: WIDTH, store: "jpeg xr" }) }),
    );
    expect([error.code, error.message]).toEqual([
      "not_supported",
      "a CZI whose pixels are compressed with JPEG XR",
    ]);
  });

  it("of channels with several types keep their values in the wider one, which is named", async () => {
    const [first, second] = lineBlocks({ lines: 1, width: 4, channels: 2 });
    const small = { at: {}, width: 4, pixelType: 0, pixels: Uint8Array.of(1, 2, 3, 255) };
    const wide = [first, second].map((block) => ({ ...block, pixels: new Uint8Array(8), width: 4 }));
    const at = (c: number, t: number): CziBlock["at"] => ({ C: c, T: t });
    const scan = await onlyScan({
      xml: cziXml({ channels: ["green", "red"] }),
      blocks: [0, 1].flatMap((t) => [
        { ...small, at: at(0, t) },
        {
          ...wide[1],
          at: at(1, t),
          width: 4,
          pixels: new Uint8Array(Uint16Array.of(300, 4000, t, 65535).buffer),
        },
      ]),
    });
    expect(scan.dtype).toBe("uint16");
    expect([...(await scan.readLines(0, 2)).data]).toEqual([
      ...[1, 2, 3, 255, 1, 2, 3, 255],
      ...[300, 4000, 0, 65535, 300, 4000, 1, 65535],
    ]);
    expect(scan.warnings.join()).toContain("green Gray8, red Gray16");
  });

  it("of three samples are refused by name", async () => {
    const blocks = [0, 1].map((t) => ({ at: { T: t }, width: 2, pixelType: 3, pixels: new Uint8Array(6) }));
    expect((await caught(() => open({ blocks }))).message).toContain("Bgr24");
  });

  it("of tiles beside each other make one line, from a start below zero", async () => {
    const tile = (x: number, t: number): CziBlock => ({
      at: { X: x, T: t },
      width: 2,
      pixels: new Uint8Array(Uint16Array.of(x + 100, t).buffer),
    });
    const scan = await onlyScan({ blocks: [0, 1].flatMap((t) => [tile(-4, t), tile(-2, t)]) });
    expect([scan.shape, [...(await scan.readLines(0, 2)).data]]).toEqual([
      [2, 4],
      [96, 0, 98, 0, 96, 1, 98, 1],
    ]);
  });
});

describe("lines of a CZI", () => {
  it("begin where the directory does, and missing ones are a gap of zeros", async () => {
    const blocks = lineBlocks({ lines: LINES, width: WIDTH, from: 5 }).filter(
      ({ at }) => ![12, 13, 20].includes(at["T"] ?? 0),
    );
    const scan = await onlyScan({ blocks });
    const lines = await scan.readLines(6, 9);
    expect([scan.shape, scan.gaps]).toEqual([
      [LINES, WIDTH],
      [
        { firstLine: 7, lines: 2 },
        { firstLine: 15, lines: 1 },
      ],
    ]);
    expect([...lines.data]).toEqual([
      ...valuesOf(LINES).slice(6 * WIDTH, 7 * WIDTH),
      ...Array(2 * WIDTH).fill(0),
    ]);
    expect(scan.warnings.join()).toContain("its first line has the number 5");
    expect(scan.more).toMatchObject({ first_line_index: 5 });
  });

  it("that were written twice are the last ones", async () => {
    const blocks = lineBlocks({ lines: 3, width: WIDTH });
    const again = {
      ...blocks[1],
      at: { C: 0, T: 1, Z: 0 },
      width: WIDTH,
      pixels: new Uint8Array(2 * WIDTH).fill(1),
    };
    const scan = await onlyScan({ blocks: [...blocks, again] });
    expect([...(await scan.readLines(1, 2)).data]).toEqual(Array(WIDTH).fill(257));
    expect(scan.warnings.join()).toContain("written twice");
  });

  it("along Z have no time from line to line", async () => {
    const scan = await onlyScan({
      blocks: lineBlocks({ lines: LINES, width: WIDTH, along: "Z" }),
      xml: cziXml({ umPerPx: 0.25, increment: 0.002 }),
      stamps: Array(LINES).fill(184508),
    });
    expect([scan.shape, scan.secondsPerLine, scan.umPerPx[0]?.value]).toEqual([[LINES, WIDTH], [], 0.25]);
    expect([...(await scan.readLines(0, LINES)).data]).toEqual(valuesOf(LINES));
    expect(scan.more).toMatchObject({ lines_along: "Z" });
  });

  it("along time at several depths are one kymograph a depth", async () => {
    const scan = await onlyScan({
      blocks: [0, 1, 2].flatMap((z) =>
        lineBlocks({ lines: 4, width: WIDTH }).map((block) => ({ ...block, at: { ...block.at, Z: z } })),
      ),
    });
    expect([scan.axes, scan.shape]).toEqual([
      ["z", "t", "x"],
      [3, 4, WIDTH],
    ]);
  });

  it("of several scenes are scans of their own, and frames are none", async () => {
    const scene = (s: number, blocks: readonly CziBlock[]): readonly CziBlock[] =>
      blocks.map((block) => ({ ...block, at: { ...block.at, S: s } }));
    const frame = { at: { T: 0 }, width: 4, height: 3, pixels: new Uint8Array(24) };
    const { scans, notScans } = await open({
      blocks: [
        ...scene(0, lineBlocks({ lines: 3, width: 4 })),
        ...scene(1, lineBlocks({ lines: 5, width: 4 })),
        ...scene(2, [frame]),
      ],
    });
    expect(scans.map(({ name, shape }) => [name, shape])).toEqual([
      ["scene 0", [3, 4]],
      ["scene 1", [5, 4]],
    ]);
    expect(notScans).toEqual(['"scene 2", one plane of 3 × 4 pixels']);
  });
});

describe("the time of a line of a CZI", () => {
  const blocks = lineBlocks({ lines: LINES, width: WIDTH });
  // As a real recording has them: from 1613.9727 s, with a jitter of 6 µs.
  const jitter = [0, 0, 6e-6, 0, 0, -6e-6];
  const stamps = Array.from(
    { length: LINES },
    (_, line) => 1613.9727 + 0.002 * line + (jitter[line % jitter.length] ?? 0),
  );
  const stated = cziXml({ increment: 0.0021, plan: [10, "ms"] });

  it("is the median step of the stamps, else the increment, else the plan", async () => {
    const rows = [
      { parts: { blocks, stamps, xml: stated }, value: 0.002, source: "recorded stamps", all: 3 },
      {
        parts: { blocks, xml: stated },
        value: 0.0021,
        source: "Dimensions/T/Positions/Interval/Increment",
        all: 2,
      },
      {
        parts: { blocks, xml: cziXml({ plan: [10, "ms"] }) },
        value: 0.01,
        source: "TimeSeriesSetup/Interval, the plan",
        all: 1,
      },
    ];
    for (const { parts, value, source, all } of rows) {
      const { secondsPerLine } = await onlyScan(parts);
      expect(secondsPerLine[0]?.value).toBeCloseTo(value, 5);
      expect([secondsPerLine[0]?.source, secondsPerLine.length]).toEqual([source, all]);
    }
  });

  it.each([
    ["ms", 600, 0.6],
    ["s", 600, 600],
    ["min", 600, 36_000],
    ["µs", 600, 0.0006],
  ])("that was planned in %s has its unit", async (unit, value, seconds) => {
    const { secondsPerLine } = await onlyScan({ blocks, xml: cziXml({ plan: [value, unit] }) });
    expect(secondsPerLine[0]?.value).toBeCloseTo(seconds, 9);
  });

  it("is that of the lines in the directory if the stamps count from the first planned line", async () => {
    const late = lineBlocks({ lines: LINES, width: WIDTH, from: 5 });
    const slow = [0, 9, 18, 27, 36];
    const all = [...slow, ...stamps];
    const { secondsPerLine, warnings } = await onlyScan({ blocks: late, stamps: all });
    expect(secondsPerLine[0]?.value).toBeCloseTo(0.002, 5);
    expect(warnings.join()).not.toContain("not used");
  });

  it("is not that of stamps that are of other lines or do not rise", async () => {
    for (const odd of [stamps.slice(3), Array(LINES).fill(7)]) {
      const { secondsPerLine, warnings } = await onlyScan({ blocks, stamps: odd, xml: stated });
      expect(secondsPerLine[0]?.value).toBe(0.0021);
      expect(warnings.join()).toContain("not used");
    }
  });

  it("does not hide a pause: its stamps are named", async () => {
    const paused = stamps.map((stamp, line) => stamp + (line > 20 ? 0.5 : 0));
    const { secondsPerLine, warnings } = await onlyScan({ blocks, stamps: paused });
    expect(secondsPerLine[0]?.value).toBeCloseTo(0.002, 5);
    expect(warnings.join()).toContain("1 step between recorded stamps is longer");
  });
});

describe("what else a CZI says", () => {
  it("is pitch in metres, start with its zone, bits, channels and scanner", async () => {
    const scan = await onlyScan({
      blocks: lineBlocks({ lines: 3, width: WIDTH }),
      xml: cziXml({
        umPerPx: 0.0830266,
        bits: 12,
        start: "2021-03-04T10:11:12.1234567Z",
        channels: ["Ch1-T1 &amp; more"],
        scanner:
          "<LineTime>0.0009</LineTime><ScanningMode>Line</ScanningMode><ScanDirection>Bidirectional</ScanDirection>",
      }),
    });
    expect(scan.umPerPx).toEqual([{ value: 0.0830266, source: "Scaling/Items/Distance X" }]);
    expect(scan.start).toEqual({ text: "2021-03-04T10:11:12.1234567Z", zone: "utc" });
    expect([scan.significantBits, scan.channelNames]).toEqual([12, ["Ch1-T1 & more"]]);
    expect(scan.path).toEqual({ mode: "Line", points: [], bidirectional: true });
    expect(scan.secondsPerLine).toEqual([{ value: 0.0009, source: "LaserScanInfo/LineTime" }]);
  });

  it.each([
    ["2021-03-04T10:11:12+01:00", "offset"],
    ["2021-03-04T10:11:12", "no zone"],
  ])("is the start %s with the zone %s", async (start, zone) => {
    const scan = await onlyScan({ blocks: lineBlocks({ lines: 2, width: 2 }), xml: cziXml({ start }) });
    expect(scan.start?.zone).toBe(zone);
  });

  it("a pitch of 0 is none, as writers give it for what they do not know", async () => {
    const scan = await onlyScan({ blocks: lineBlocks({ lines: 2, width: 2 }), xml: cziXml({ umPerPx: 0 }) });
    expect(scan.umPerPx).toEqual([]);
  });
});

describe("a broken CZI", () => {
  const sound = cziFile({
    blocks: lineBlocks({ lines: 4, width: 4 }),
    xml: cziXml({}),
    stamps: [1, 2, 3, 4],
  });

  it("that is cut off anywhere is a typed error, or has the pixels that are there", async () => {
    for (let size = 0; size < sound.length; size += 97) {
      const error = await caught(async () => {
        const { scans } = await openBytes(sound.subarray(0, size));
        await scans[0]?.readLines(0, 4);
        throw (await caught(() => openBytes(new Uint8Array()))) as Error;
      });
      expect(["invalid_file", "not_supported"]).toContain(error.code);
    }
  });

  it("says no more lines than its limits, before memory is taken", async () => {
    const far = lineBlocks({ lines: 2, width: 4 }).map((block, at) => ({
      ...block,
      at: { T: at * 2_000_000_000 },
    }));
    expect((await caught(() => open({ blocks: far }))).code).toBe("not_supported");
  });

  it("without a directory was not finished", async () => {
    const open_ = Buffer.from(sound);
    open_.writeBigInt64LE(0n, 32 + 52);
    expect((await caught(() => openBytes(open_))).message).toContain("was not finished");
  });
});
