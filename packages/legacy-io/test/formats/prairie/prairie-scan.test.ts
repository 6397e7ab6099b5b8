import { describe, expect, it } from "vitest";
import { prairiePictureName, prairieTiffName } from "../../../src/formats/prairie/prairie-name.ts";
import { type PrairieScan, prairieScanOf } from "../../../src/formats/prairie/prairie-scan.ts";
import { prairieStart } from "../../../src/formats/prairie/prairie-start.ts";
import { readPrairie } from "../../../src/formats/prairie/read-prairie.ts";
import { type PrairieXmlParts, prairieTiff, prairieXml } from "../../support/prairie-files.ts";

const SHAPE = [4, 3];

async function scanOf(
  parts: PrairieXmlParts,
  fileNames: readonly string[] = [prairieTiff("run", 1, 1)],
): Promise<PrairieScan | string> {
  const recording = await readPrairie(new TextEncoder().encode(prairieXml(parts)));
  return prairieScanOf(recording, { fileNames, shape: SHAPE });
}

describe("the time of a line", () => {
  it("is the frame's own, not the recording's and not framePeriod / linesPerFrame; these are told", async () => {
    expect(await scanOf({})).toMatchObject({
      secondsPerLine: 0.008,
      secondsPerLineFrom: "scanLinePeriod of the frame",
      otherSecondsPerLine: { "framePeriod / linesPerFrame": 0.002, "scanLinePeriod of the recording": 0.003 },
      umPerPx: 0.5,
      significantBits: 13,
      notes: [],
    });
  });

  it("may stand beside the frame, in the shard of its cycle", async () => {
    const cycleShard = '<PVStateShard><PVStateValue key="scanLinePeriod" value="0.009" /></PVStateShard>';
    expect(await scanOf({ shard: "", cycleShard })).toMatchObject({ secondsPerLine: 0.009, notes: [] });
  });

  it("is not known without one, and the recording's is named", async () => {
    expect(await scanOf({ shard: "" })).toMatchObject({
      secondsPerLine: undefined,
      umPerPx: 0.5,
      notes: [
        "the frame of cycle 1 states no scanLinePeriod: the time of a line is not known (scanLinePeriod of the recording is 0.003 s: not used)",
      ],
    });
  });

  it("is the recording's if the frame leaves it out and its framePeriod is that of so many lines", async () => {
    const shard =
      '<PVStateShard><PVStateValue key="framePeriod" value="0.012" /><PVStateValue key="linesPerFrame" value="4" /></PVStateShard>';
    expect(await scanOf({ shard })).toMatchObject({ secondsPerLine: 0.003, notes: [] });
  });
});

describe("the line", () => {
  it("that is straight has two points, in pixels of the source image", async () => {
    expect(await scanOf({})).toMatchObject({
      line: {
        mode: "straightLine",
        start: { x: 3, y: 5 },
        stop: { x: 5, y: 5 },
        points: [],
        sourceWidth: 16,
        sourceHeight: 8,
      },
    });
  });

  it("that was drawn has all its points once, though the file has them in two units", async () => {
    const line =
      '<PVFreehand x="0.1" y="0.2" /><Freehand x="1" y="2.5" /><Freehand x="3" y="4" /><PVFreehand x="0.3" y="0.4" />';
    expect(await scanOf({ mode: "freeHand", line })).toMatchObject({
      line: {
        mode: "freeHand",
        lengthUm: undefined,
        points: [
          { x: 1, y: 2.5 },
          { x: 3, y: 4 },
        ],
      },
    });
  });

  it("whose length contradicts the pixels is told, and so is another size", async () => {
    const line = '<Line startPixelY="5" startPixelX="3" stopPixelX="5" lineLength="3" />';
    const recording = await readPrairie(new TextEncoder().encode(prairieXml({ line })));
    const scan = prairieScanOf(recording, { fileNames: [prairieTiff("run", 1, 1)], shape: [1, 3] });
    expect(typeof scan === "string" ? scan : scan.notes).toEqual([
      "cycle 1: micronsPerPixel is 0.5 \u00b5m and is used; lineLength / pixelsPerLine is 1 \u00b5m",
      `cycle 1 says 4 lines, ${prairieTiff("run", 1, 1)} has 1`,
    ]);
  });
});

describe("the cycle of a TIFF", () => {
  const parts = { cycles: [1, 2], channels: [1, 3] };

  it("is that which names it, with its channels in the order of the image", async () => {
    expect(await scanOf(parts, [prairieTiff("run", 2, 1), prairieTiff("run", 2, 3)])).toMatchObject({
      cycle: 2,
      channels: [{ channel: 1 }, { channel: 3 }],
    });
    expect(await scanOf(parts, [prairieTiff("run", 2, 3)])).toMatchObject({ channels: [{ channel: 3 }] });
  });

  it("is found by cycle and channel after a recording was renamed", async () => {
    expect(await scanOf(parts, [prairieTiff("mouse 7", 2, 3)])).toMatchObject({
      cycle: 2,
      channels: [{ channel: 3 }],
    });
    expect(await scanOf(parts, [prairieTiff("mouse 7", 3, 1)])).toContain("says nothing of");
    expect(await scanOf(parts, ["mouse.tif"])).toBe("it says nothing of mouse.tif");
    expect(await scanOf({}, ["mouse.tif"])).toMatchObject({ cycle: 1 });
  });

  it("of another kind than a line scan says so", async () => {
    expect(await scanOf({ type: "TSeries Timed Element" })).toBe(
      `${prairieTiff("run", 1, 1)} is not a line scan: cycle 1 is of the type "TSeries Timed Element"`,
    );
  });
});

it.each([
  ["2/5/2019 2:50:09 PM", "14:50:09.6801205", "2019-02-05", 1_549_378_209_680_120_500n],
  ["12/31/2019 11:59:58 PM", "00:00:03", "2020-01-01", 1_577_836_803_000_000_000n],
  ["3/29/2014 12:55:03 AM", "00:55:03.5", "2014-03-29", 1_396_054_503_500_000_000n],
  ["3/29/2014", "18:55:03", "2014-03-29", 1_396_119_303_000_000_000n],
  ["2/30/2019 2:50:09 PM", "14:50:09", undefined, undefined],
  ["29/3/2014 2:50:09 PM", "14:50:09", undefined, undefined],
  ["3/29/2014 2:50:09 PM", "25:50:09", "2014-03-29", undefined],
])("a cycle of %s at %s began on %s", (date, time, iso, localEpochNs) => {
  expect(prairieStart(date, time)).toMatchObject({ date: iso, localEpochNs });
});

it("names of version 4 and 5 are taken apart, and pictures are not taken for scans", () => {
  expect(prairieTiffName("a_Ch1-2_Cycle00010_CurrentSettings_Ch2_000001")).toEqual({
    base: "a_Ch1-2",
    cycle: 10,
    channel: 2,
    group: "a_Ch1-2_Cycle00010_CurrentSettings_000001",
    ending: "_Cycle00010_CurrentSettings_Ch2_000001",
  });
  expect(prairieTiffName("a_Cycle00001_Ch1_000001.ome")?.group).toBe("a_Cycle00001_000001.ome");
  expect(prairieTiffName("a_C001T001")).toBeUndefined();
  expect(prairiePictureName("a b-Cycle00002_Ch1Source")).toEqual({ base: "a b", cycle: 2 });
  expect(prairiePictureName("a-Cycle00001_Window2-Ch1-16bit-Reference")).toEqual({ base: "a", cycle: 1 });
  expect(prairiePictureName("my_Source")).toBeUndefined();
});
