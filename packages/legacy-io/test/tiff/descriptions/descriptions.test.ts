import { expect, test } from "vitest";
import {
  axisCalibration,
  calibrationConflicts,
  chooseCalibration,
} from "../../../src/tiff/descriptions/axis-calibration.ts";
import { parseMmHeader, parsePageName } from "../../../src/tiff/descriptions/fluoview-tags.ts";
import {
  imageJCalibration,
  parseImageJDescription,
} from "../../../src/tiff/descriptions/imagej-description.ts";
import { parseOmeDescription } from "../../../src/tiff/descriptions/ome-description.ts";
import { parseShapedDescription } from "../../../src/tiff/descriptions/shaped-description.ts";
import { caught, codeOf } from "../../support/caught.ts";

test("ImageJ: counts, properties and escapes", () => {
  const text = "ImageJ=1.53t\nimages=12\nchannels=2\nslices=3\nframes=2\nunit=\\u00B5m\nspacing=1.5\n";
  const said = parseImageJDescription(text);
  expect(said).toMatchObject({ images: 12, channels: 2, slices: 3, frames: 2 });
  expect(said?.properties.get("unit")).toBe("µm");
  expect(parseImageJDescription("FV30S")).toBeUndefined();
});

test("ImageJ: images alone are slices; counts that do not fit are an error with both numbers", async () => {
  expect(parseImageJDescription("ImageJ=1\nimages=6")).toMatchObject({ slices: 6, frames: 1, channels: 1 });
  const wrong = "ImageJ=1\nimages=6\nchannels=4\n";
  expect(await caught(() => parseImageJDescription(wrong))).toMatchObject({
    details: { expected: 6, found: 4 },
  });
  for (const bad of ["images=0", "images=-1", "images=1e9", "images=", "frames=x"]) {
    expect(await codeOf(() => parseImageJDescription(`ImageJ=1\n${bad}`))).toBe("invalid_file");
  }
});

test("ImageJ: pixels per unit become steps in µm and s; without a unit there is no calibration", () => {
  const calibrationOf = (text: string): unknown => {
    const said = parseImageJDescription(`ImageJ=1\n${text}`);
    return said && imageJCalibration(said, [250, 71], [100_000, 117]).map((c) => [c.axis, c.step, c.unit]);
  };
  expect(calibrationOf("unit=micron\nyunit=s")).toEqual([
    ["y", 0.00117, "s"],
    ["x", 0.284, "um"],
  ]);
  expect(calibrationOf("unit=nm\n")).toEqual([
    ["y", 0.00117 * 1e-3, "um"],
    ["x", 0.284 * 1e-3, "um"],
  ]);
  expect(calibrationOf("fps=50")).toEqual([]);
  expect(calibrationOf("fps=10\nfinterval=2.5\ntunit=min")).toEqual([["t", 150, "s"]]);
  expect(calibrationOf("unit=pixel")).toEqual([]);
  expect(calibrationOf("loop=false")).toEqual([]);
});

const ome = (pixels: string, rest = "<TiffData/>"): string =>
  `<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://x"><Image ID="Image:0"><Pixels ${pixels}>${rest}</Pixels></Image></OME>`;

test("OME: the order of dimensions, sizes, and steps with their units", () => {
  const text = ome(
    'DimensionOrder="XYZCT" SizeX="5" SizeY="4" SizeZ="3" SizeC="2" SizeT="1" PhysicalSizeX="284" PhysicalSizeXUnit="nm" PhysicalSizeY="0.5" TimeIncrement="10" TimeIncrementUnit="ms"',
  );
  expect(parseOmeDescription(text, 6, 1)).toMatchObject({
    leadingAxes: ["c", "z"],
    leadingShape: [2, 3],
    pages: [0, 1, 2, 3, 4, 5],
    calibration: [
      { axis: "t", step: 0.01, unit: "s" },
      { axis: "y", step: 0.5, unit: "um" },
      { axis: "x", unit: "um" },
    ],
  });
});

test("OME: samples of a pixel are no pages, and TiffData may put planes in any order", () => {
  const sizes = 'DimensionOrder="XYCZT" SizeX="5" SizeY="4" SizeZ="2" SizeC="3" SizeT="1"';
  expect(parseOmeDescription(ome(sizes), 2, 3)).toMatchObject({ leadingAxes: ["z"], leadingShape: [2] });
  const swapped = '<TiffData FirstZ="0" IFD="1"/><TiffData FirstZ="1" IFD="0"/>';
  expect(parseOmeDescription(ome(sizes, swapped), 2, 3)?.pages).toEqual([1, 0]);
});

test("OME: what contradicts the file is an error; what is not read is named", async () => {
  const sizes = 'DimensionOrder="XYCZT" SizeX="5" SizeY="4" SizeZ="1" SizeC="2" SizeT="1"';
  const parse = (text: string, pages = 2) => caught(() => parseOmeDescription(text, pages, 1));
  expect(await parse(ome(sizes), 3)).toMatchObject({
    code: "invalid_file",
    details: { expected: 2, found: 3 },
  });
  expect(await parse(ome(sizes, '<TiffData IFD="0"/><TiffData FirstC="1" IFD="9"/>'))).toMatchObject({
    code: "invalid_file",
  });
  expect(await parse(ome(sizes, '<TiffData IFD="0"/><TiffData FirstC="1" IFD="0"/>'))).toMatchObject({
    code: "invalid_file",
  });
  expect(await parse(ome(sizes).replace("XYCZT", "CXYZT"))).toMatchObject({ code: "invalid_file" });
  const files =
    '<TiffData IFD="0"><UUID FileName="a.tif">1</UUID></TiffData><TiffData IFD="0" FirstC="1"><UUID FileName="b.tif">2</UUID></TiffData>';
  for (const text of [
    ome(sizes, files),
    ome(sizes).replace("</OME>", '<Image ID="Image:1"></Image></OME>'),
    ome(sizes).replace("<OME", '<!DOCTYPE OME [<!ENTITY a "b">]><OME').replace("?><!", "?> <OME><!"),
  ]) {
    expect(await parse(text)).toMatchObject({ code: "not_supported", details: { tag: "ImageDescription" } });
  }
});

test("tifffile: a shape and its axes, nothing else", () => {
  expect(parseShapedDescription('{"shape": [5, 64, 48]}')).toEqual({ shape: [5, 64, 48], axes: undefined });
  expect(parseShapedDescription('{"shape": [2, 3], "axes": "TX"}')).toEqual({
    shape: [2, 3],
    axes: ["t", "x"],
  });
  expect(parseShapedDescription('{"shape": [2, 3], "axes": "XX"}')?.axes).toBeUndefined();
  for (const text of [
    "",
    "{",
    "{}",
    '{"shape": []}',
    '{"shape": [0]}',
    '{"shape": [1.5]}',
    '{"shape": "5"}',
    "shape",
  ]) {
    expect(parseShapedDescription(text)).toBeUndefined();
  }
});

test("FluoView: PageName has the micro sign as one Latin-1 byte, and rounds to six decimals", () => {
  const text =
    "[Primary Dimensions]\nName\tX\tT\r\nOffset\t0.000000\t0.000000\r\nResolution\t0.284000\t0.001170\r\nUnits\tµm\ts\r\n[Higher Dimensions]\nName\r\n";
  expect(parsePageName(text)).toEqual([
    { axis: "x", step: 0.284, unit: "um", source: "page_name" },
    { axis: "t", step: 0.00117, unit: "s", source: "page_name" },
  ]);
  expect(parsePageName("a page")).toEqual([]);
});

test("FluoView: a header that is too short, or empty, says nothing", () => {
  expect(parseMmHeader(new Uint8Array(1283), true)).toBeUndefined();
  expect(parseMmHeader(new Uint8Array(1284), true)).toBeUndefined();
});

test("calibration: the most credible place is chosen, resolution never, contradictions are said", () => {
  const of = (step: number, source: "imagej" | "mm_header" | "page_name" | "resolution") => ({
    axis: "x",
    step,
    unit: "um",
    source,
  });
  const all = [of(138, "resolution"), of(0.5, "page_name"), of(0.284, "mm_header")];
  expect(chooseCalibration(all)).toEqual([of(0.284, "mm_header")]);
  expect(chooseCalibration([of(138, "resolution")])).toEqual([]);
  expect(calibrationConflicts(all)).toEqual(["axis x: page_name says 0.5 um, mm_header says 0.284 um"]);
  expect(calibrationConflicts([of(0.284, "mm_header"), of(0.2841, "page_name")])).toEqual([]);
});

test("calibration: no unit, pixels, and steps that are no positive number are none", () => {
  expect(axisCalibration("x", 1, undefined, "ome")).toBeUndefined();
  expect(axisCalibration("x", 1, "pixel", "ome")).toBeUndefined();
  for (const step of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(axisCalibration("x", step, "um", "ome")).toBeUndefined();
  }
  expect(axisCalibration("x", 3, "furlong", "ome")).toMatchObject({ step: 3, unit: "furlong" });
});
