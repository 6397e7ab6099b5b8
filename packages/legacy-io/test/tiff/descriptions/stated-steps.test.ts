import { expect, test } from "vitest";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { axisCalibration, isPlaceholder } from "../../../src/tiff/descriptions/axis-calibration.ts";
import {
  imageJCalibration,
  parseImageJDescription,
} from "../../../src/tiff/descriptions/imagej-description.ts";
import { parsePylakeDescription } from "../../../src/tiff/descriptions/pylake-description.ts";
import { shapedCalibration } from "../../../src/tiff/descriptions/shaped-description.ts";
import { describeTiff } from "../../../src/tiff/read-tiff.ts";
import { ascii, buildTiff, greyTags } from "../tiff-fixture.ts";

const imageJ = (text: string, perUnit: number): unknown => {
  const said = parseImageJDescription(`ImageJ=1\n${text}`);
  return (
    said && imageJCalibration(said, [perUnit, 1], [perUnit, 1]).map(({ axis, source }) => `${axis} ${source}`)
  );
};

test.each([
  ["300 dots per inch", "unit=inch", 300],
  ["a scanner's inches", "unit=inch", 12_345],
  ["10 000 px/cm in inches", "unit=inch", 25_400],
  ["10 000 px/cm, which Olympus writes", "unit=cm", 10_000],
  ["72 dpi in centimetres", "unit=cm", 28.346],
  ["300 dpi in centimetres", "unit=cm", 118.11],
] as const)("%s is no scale", (_what, text, perUnit) => {
  expect(imageJ(text, perUnit)).toEqual(["y resolution", "x resolution"]);
});

test("centimetres that no program fills in are a scale, and so is 1 µm in µm", () => {
  expect(imageJ("unit=cm", 35_211)).toEqual(["y imagej", "x imagej"]);
  // 0.284 µm: dots of no screen, printer or scanner are as close.
  expect(imageJ("unit=inch", 25_400 / 0.284)).toEqual(["y imagej", "x imagej"]);
  expect(imageJ("unit=um", 1)).toEqual(["y imagej", "x imagej"]);
  expect(isPlaceholder(1, "mm")).toBe(false);
});

test("units of time and of length in every spelling become seconds and micrometres", () => {
  const of = (unit: string): unknown => {
    const said = axisCalibration("x", 2, unit, "imagej");
    return said && [said.step, said.unit];
  };
  expect(["sec", "Seconds", "ms", "msec", "\u00b5s", "\u03bcs", "ns", "min", "h"].map(of)).toEqual([
    [2, "s"],
    [2, "s"],
    [2 * 1e-3, "s"],
    [2 * 1e-3, "s"],
    [2 * 1e-6, "s"],
    [2 * 1e-6, "s"],
    [2 * 1e-9, "s"],
    [120, "s"],
    [7200, "s"],
  ]);
  expect(["\u00b5m", "\u03bcm", "micron", "Micrometer", "nm", "\u00c5"].map(of)).toEqual([
    [2, "um"],
    [2, "um"],
    [2, "um"],
    [2, "um"],
    [2 * 1e-3, "um"],
    [2 * 1e-4, "um"],
  ]);
  expect(["millimetre", "Centimeters", "meter", "metres", "mm", "cm", "m"].map(of)).toEqual(
    [1e3, 1e4, 1e6, 1e6, 1e3, 1e4, 1e6].map((factor) => [2 * factor, "um"]),
  );
  expect(["pixel", "px", "reference frame", ""].map(of)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

const PYLAKE = {
  "Scan axes": [{ Axis: 0, "Number of pixels": 6, "Pixel size (um)": 0.284 }],
  "Pixel time (s)": 0.0001,
  "Line time (s)": 0.00076,
};

test("pylake: the step of a line is its line time, dead time included", () => {
  expect(parsePylakeDescription(JSON.stringify(PYLAKE))).toEqual({
    places: 6,
    calibration: [
      { axis: "x", step: 0.284, unit: "um", source: "pylake" },
      { axis: "t", step: 0.00076, unit: "s", source: "pylake" },
    ],
  });
});

test("pylake: a kymograph without a line time has its axes, and a step of places alone", () => {
  const { "Line time (s)": _, ...rest } = PYLAKE;
  const of = (more: object): unknown => parsePylakeDescription(JSON.stringify({ ...rest, ...more }));
  const [x] = [{ axis: "x", step: 0.284, unit: "um", source: "pylake" }];
  expect(of({ Camera: "ConfocalKymo" })).toEqual({ places: 6, calibration: [x] });
  expect(of({ Camera: "ConfocalKymo", "Line time (s)": null })).toEqual({ places: 6, calibration: [x] });
  expect(of({ Camera: "ConfocalScan" })).toBeUndefined();
});

test("pylake: without a size of pixels only the time counts; images of two axes and other JSON are none", () => {
  const [axis] = PYLAKE["Scan axes"];
  const of = (patch: object): unknown => parsePylakeDescription(JSON.stringify({ ...PYLAKE, ...patch }));
  expect(of({ "Scan axes": [{ ...axis, "Pixel size (um)": null }] })).toMatchObject({
    calibration: [{ axis: "t" }],
  });
  for (const bad of [
    { "Scan axes": [axis, axis] },
    { "Scan axes": [] },
    { "Scan axes": 5 },
    { "Scan axes": [{ ...axis, "Number of pixels": "6" }] },
  ]) {
    expect(of(bad)).toBeUndefined();
  }
  expect(parsePylakeDescription('{"Line time (s)": ')).toBeUndefined();
  expect(parsePylakeDescription("Line time (s)")).toBeUndefined();
});

test("pylake: a description of lines of another length is not believed, and told", async () => {
  const described = (places: number) => {
    const text = JSON.stringify({
      ...PYLAKE,
      "Scan axes": [{ "Number of pixels": places, "Pixel size (um)": 0.284 }],
    });
    const page = { tags: greyTags(4, 6, 8, [ascii(270, text)]), segments: [new Uint8Array(24)] };
    return describeTiff(bytesSource(buildTiff([page])));
  };
  expect(await described(6)).toMatchObject({
    shape: [6, 4],
    axes: ["x", "t"],
    axesSource: "pylake",
    warnings: [],
  });
  const other = await described(4);
  expect(other).toMatchObject({ shape: [6, 4], axes: ["y", "x"], axesSource: "default", calibration: [] });
  expect(other.warnings).toEqual([expect.stringContaining("lines of 4 px, the image has 6 rows")]);
});

test("what ImageJ shows as black and white moves along where it stored int16", async () => {
  const shown = async (lines: string) => {
    const page = {
      tags: greyTags(2, 2, 16, [ascii(270, `ImageJ=1.54p\n${lines}`)]),
      segments: [new Uint8Array(8)],
    };
    return (await describeTiff(bytesSource(buildTiff([page])))).displayRange;
  };
  const signed = "cf=0\nc0=-32768.0\nc1=1.0\nvunit=Gray Value\n";
  expect(await shown(`${signed}min=32668.0\nmax=32987.0\n`)).toEqual([-100, 219]);
  expect(await shown("min=5\nmax=7\n")).toEqual([5, 7]);
  expect(await shown(signed)).toBeUndefined();
});

test("tifffile: steps under OME's names, with their units", () => {
  const text =
    '{"shape": [30, 8], "axes": "TX", "TimeIncrement": 1.17, "TimeIncrementUnit": "ms", "PhysicalSizeX": 0.284}';
  expect(shapedCalibration(text)).toEqual([
    { axis: "t", step: 1.17 * 1e-3, unit: "s", source: "tifffile" },
    { axis: "x", step: 0.284, unit: "um", source: "tifffile" },
  ]);
  expect(shapedCalibration('{"shape": [30, 8], "PhysicalSizeX": "0.284"}')).toEqual([]);
  expect(shapedCalibration('{"PhysicalSizeX": 0.284}')).toEqual([]);
});
