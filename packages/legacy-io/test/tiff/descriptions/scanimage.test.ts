import { expect, test } from "vitest";
import { imageLayout } from "../../../src/tiff/axes/image-layout.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { describeTiff, readTiff, readTiffInPlace } from "../../../src/tiff/read-tiff.ts";
import { openTiffRows } from "../../../src/tiff/tiff-rows.ts";
import {
  type ScanImageParts,
  scanImageTiff,
  scanImageValue,
} from "../../support/recordings/scanimage-files.ts";
import { ascii, buildTiff, greyTags } from "../tiff-fixture.ts";

const described = (parts: ScanImageParts) => describeTiff(bytesSource(scanImageTiff(parts)));
/** A scan of frames of 4 lines × 5 px: 0.5 ms a line, 3 ms a frame, so two lines are lost after each frame. */
const LOST = 2;

test("a ScanImage line scan has lines of all pages of a channel along t, and zeros while the scanner flies back", async () => {
  const bytes = scanImageTiff();
  const { image, info } = await readTiff(bytesSource(bytes));
  expect(info.axes).toEqual(["c", "t", "x"]);
  const lines = 3 * 4 + 2 * LOST;
  expect(info.shape).toEqual([2, lines, 5]);
  const expected = [0, 1].flatMap((channel) =>
    Array.from({ length: lines * 5 }, (_, at) => {
      const [line, pixel] = [Math.floor(at / 5), at % 5];
      const [frame, row] = [Math.floor(line / 6), line % 6];
      return row >= 4 ? 0 : scanImageValue(channel, frame * 4 + row, pixel);
    }),
  );
  expect([...image.data]).toEqual(expected);
  expect([...(await readTiffInPlace(bytes)).image.data]).toEqual(expected);
  expect(info.calibration).toEqual([
    { axis: "t", step: 0.0005, unit: "s", source: "scanimage" },
    { axis: "x", step: 4, unit: "um", source: "scanimage" },
  ]);
  expect(info.warnings).toEqual([
    "ScanImage: between frames of 4 lines, 2 pass while the scanner flies back: these 4 lines are not in the file and are filled with zeros",
  ]);
  expect(info.scanImage).toEqual({
    kind: "line scan",
    start: { text: "2017-03-01T12:30:15.500", zone: "no zone" },
    channels: ["Channel 1", "Channel 2"],
    frames: 3,
    line_period_s: 0.0005,
    frame_period_s: 0.003,
    recorded_frame_period_s: 0.003,
    lines_lost_between_frames: 2,
    bidirectional: true,
  });
  expect(imageLayout(info)).toMatchObject({ axes: ["c", "t", "x"], isReordered: false });
  // A page is not a plane, so it is not read row by row.
  expect(await openTiffRows(bytesSource(bytes))).toBeUndefined();
});

test.each(["block", "software", "description"] as const)(
  "ScanImage's text is found in the %s",
  async (textIn) => {
    const { axes, shape, axesSource } = await described({ textIn });
    expect([axesSource, ...axes, ...shape]).toEqual(["scanimage", "c", "t", "x", 2, 16, 5]);
  },
);

test("without ScanImage's text, pages are one axis as ever", async () => {
  const { axes, shape } = await described({ textIn: "nowhere" });
  expect([...axes, ...shape]).toEqual(["z", "y", "x", 6, 4, 5]);
});

test("a ScanImage frame scan keeps its pictures: time, channels, rows, columns, and the frame period of its stamps", async () => {
  const values = {
    "hRoiManager.scanAngleMultiplierSlow": "1",
    "hRoiManager.imagingFovUm": "[-10 -4;10 -4;10 4;-10 4]",
  };
  const info = await described({ values, stampStep: 0.0031 });
  expect([...info.axes, ...info.shape]).toEqual(["t", "c", "y", "x", 3, 2, 4, 5]);
  expect(info.calibration.map(({ axis, step }) => [axis, step])).toEqual([
    ["t", 0.0031],
    ["y", 2],
    ["x", 4],
  ]);
  expect(info.warnings).toEqual([
    "ScanImage: by their time stamps, frames are 0.0031 s apart; planned were 0.003 s (scanFramePeriod)",
  ]);
  expect(imageLayout(info).axes).toEqual(["t", "c", "y", "x"]);
  const one = await described({ values, frames: 1, channels: 1 });
  expect(imageLayout(one).axes).toEqual(["y", "x"]);
  const { image } = await readTiff(bytesSource(scanImageTiff({ values })));
  expect(image.data[1 * 4 * 5]).toBe(scanImageValue(1, 0, 0));
});

test("pages are counted, not the plan: one frame, one channel, a stack, and frames of one line", async () => {
  const free = { "hStackManager.framesPerSlice": "Inf" };
  expect((await described({ values: free, frames: 5 })).shape).toEqual([2, 5 * 4 + 4 * LOST, 5]);
  expect((await described({ frames: 1, channels: 1 })).shape).toEqual([4, 5]);
  expect((await described({ frames: 2, channels: 1 })).axes).toEqual(["t", "x"]);
  const stack = {
    "hRoiManager.scanAngleMultiplierSlow": "1",
    "hStackManager.enable": "true",
    "hStackManager.numSlices": "3",
    "hStackManager.stackZStepSize": "-2.5",
  };
  const z = await described({ values: stack });
  expect([...z.axes, ...z.shape]).toEqual(["z", "c", "y", "x", 3, 2, 4, 5]);
  expect(z.calibration[0]).toMatchObject({ axis: "z", step: 2.5 });
  expect((await described({ values: stack, frames: 6 })).warnings.join()).toContain("6 frames of 3 slices");
  const thin = await described({ height: 1, frames: 7, channels: 1, stampStep: 0.001 });
  expect(imageLayout(thin)).toMatchObject({ axes: ["t", "x"], shape: [7, 5] });
  expect(thin.calibration[0]).toMatchObject({ axis: "t", step: 0.001 });
});

test("a ScanImage file that contradicts itself is read page by page and says so", async () => {
  const odd = await described({ lostPages: 1 });
  expect([...odd.axes, ...odd.shape]).toEqual(["z", "y", "x", 5, 4, 5]);
  expect(odd.warnings.join()).toContain("2 channels, and the file has 5 pages, not a multiple");
  const far = await described({ stampStep: 2 });
  expect(far.axes).toEqual(["t", "c", "y", "x"]);
  expect(far.warnings.join()).toContain("they are not joined");
  const unknown = await described({
    stampStep: undefined,
    values: { "hRoiManager.scanFramePeriod": "NaN", "hRoiManager.linePeriod": "-1" },
  });
  expect(unknown.warnings.join()).toContain("how far apart they are is not known");
  const many = await described({ values: { "hChannels.channelSave": "[1;2;3]" } });
  expect(many.shape[0]).toBe(3);
  const fields = await described({ values: { "hRoiManager.mroiEnable": "1" } });
  expect([...fields.axes, ...fields.calibration.map(({ axis }) => axis)]).toEqual(["t", "c", "y", "x", "t"]);
  expect(fields.warnings.join()).toContain("each page has several fields");
  const old = buildTiff([
    { tags: greyTags(2, 2, 16, [ascii(270, "state.configName='a'")]), segments: [new Uint8Array(8)] },
  ]);
  expect((await describeTiff(bytesSource(old))).warnings.join()).toContain("a version before 2016");
  const kept = await described({ values: { "hChannels.channelSubtractOffset": "[false true true true]" } });
  expect(kept.warnings.join()).toContain("channel 1 has an offset of -12, which was not subtracted");
});
