import { expect, test } from "vitest";
import { axesOfFile, imageLayout, isTurned, type SaidAxes } from "../../../src/tiff/axes/image-layout.ts";
import { statedScales } from "../../../src/tiff/axes/stated-scales.ts";

type Step = readonly [axis: string, step: number, unit: string];

function said(
  axes: string,
  shape: readonly number[],
  steps: readonly Step[] = [],
  axesSource = "imagej",
): SaidAxes {
  const calibration = steps.map(([axis, step, unit]) => ({ axis, step, unit, source: "imagej" as const }));
  return { axes: [...axes], shape, calibration, axesSource: axesSource as SaidAxes["axesSource"] };
}

/** Axes and shape of the image, then the step of each axis, `-` for one that is not known. */
function imageOf(one: SaidAxes): string {
  const layout = imageLayout(one);
  const scales = statedScales(layout, one.calibration);
  const steps = scales.map((scale) => (scale === null ? "-" : `${scale.step} ${scale.unit}`));
  return `${layout.axes.join("")} ${layout.shape.join("x")} ${steps.join(", ")}${layout.isReordered ? " reordered" : ""}`;
}

const SECONDS_DOWN: readonly Step[] = [
  ["y", 0.001, "s"],
  ["x", 0.3, "um"],
];
const SECONDS_ACROSS: readonly Step[] = [
  ["y", 0.3, "um"],
  ["x", 0.001, "s"],
];

test.each([
  ["a plane of which nothing is said", said("yx", [30, 8]), "tx 30x8 -, -"],
  ["seconds down, micrometres across", said("yx", [30, 8], SECONDS_DOWN), "tx 30x8 0.001 s, 0.3 um"],
  [
    "seconds across, micrometres down",
    said("yx", [8, 30], SECONDS_ACROSS),
    "tx 30x8 0.001 s, 0.3 um reordered",
  ],
  ["seconds across alone", said("yx", [8, 30], [["x", 0.001, "s"]]), "tx 30x8 0.001 s, - reordered"],
  ["seconds down alone", said("yx", [30, 8], [["y", 0.001, "s"]]), "tx 30x8 0.001 s, -"],
  [
    "lengths along both: no line period",
    said(
      "yx",
      [30, 8],
      [
        ["y", 0.3, "um"],
        ["x", 0.2, "um"],
      ],
    ),
    "tx 30x8 -, 0.2 um",
  ],
  [
    "a unit that is neither",
    said(
      "yx",
      [30, 8],
      [
        ["y", 3, "V"],
        ["x", 2, "kg"],
      ],
    ),
    "tx 30x8 -, -",
  ],
  [
    "seconds along both",
    said(
      "yx",
      [30, 8],
      [
        ["y", 1, "s"],
        ["x", 1, "s"],
      ],
    ),
    "tx 30x8 -, -",
  ],
  [
    "an interval of frames beside a plane",
    said(
      "yx",
      [30, 8],
      [
        ["t", 2, "s"],
        ["x", 0.3, "um"],
      ],
    ),
    "tx 30x8 -, 0.3 um",
  ],
  ["tifffile's TX", said("tx", [30, 8], [["t", 0.001, "s"]], "tifffile"), "tx 30x8 0.001 s, -"],
  ["tifffile's XT", said("xt", [8, 30], [], "tifffile"), "tx 30x8 -, - reordered"],
  [
    "tifffile's YT: the place is y",
    said("yt", [8, 30], [["y", 0.3, "um"]], "tifffile"),
    "tx 30x8 -, 0.3 um reordered",
  ],
  ["tifffile's CXT", said("cxt", [2, 8, 30], [], "tifffile"), "ctx 2x30x8 -, -, - reordered"],
  ["tifffile's XTC", said("xtc", [8, 30, 2], [], "tifffile"), "ctx 2x30x8 -, -, - reordered"],
  ["tifffile's TXC", said("txc", [30, 8, 2], [], "tifffile"), "ctx 2x30x8 -, -, - reordered"],
  ["tifffile's TCX", said("tcx", [30, 2, 8], [], "tifffile"), "ctx 2x30x8 -, -, - reordered"],
  ["tifffile's TZCYX with one long place", said("tzcyx", [30, 1, 1, 1, 8], [], "tifffile"), "tx 30x8 -, -"],
  [
    "frames of one row",
    said(
      "tyx",
      [30, 1, 8],
      [
        ["t", 0.001, "s"],
        ["x", 0.3, "um"],
      ],
      "ome",
    ),
    "tx 30x8 0.001 s, 0.3 um",
  ],
  ["frames of one row, in channels", said("ctyx", [2, 30, 1, 8], [], "ome"), "ctx 2x30x8 -, -, -"],
  [
    "channels of each frame of one row",
    said("tcyx", [30, 2, 1, 8], [], "ome"),
    "ctx 2x30x8 -, -, - reordered",
  ],
  ["frames of one column", said("tyx", [30, 8, 1], [["y", 0.3, "um"]], "ome"), "tx 30x8 -, 0.3 um"],
  [
    "an ImageJ stack of slices of one row",
    said(
      "zyx",
      [300, 1, 38],
      [
        ["t", 5, "s"],
        ["x", 0.3, "um"],
      ],
    ),
    "tx 300x38 -, 0.3 um",
  ],
  ["pages of one row", said("zyx", [300, 1, 38], [], "default"), "tx 300x38 -, -"],
  [
    "slices of one row with a step in depth",
    said("zyx", [300, 1, 38], [["z", 2, "um"]]),
    "zyx 300x1x38 2 um, -, -",
  ],
  ["OME's Z of one row", said("zyx", [300, 1, 38], [], "ome"), "zyx 300x1x38 -, -, -"],
  [
    "a movie",
    said(
      "tyx",
      [5, 60, 20],
      [
        ["t", 0.5, "s"],
        ["y", 0.3, "um"],
        ["x", 0.2, "um"],
      ],
    ),
    "tyx 5x60x20 0.5 s, 0.3 um, 0.2 um",
  ],
  ["a stack in depth", said("zyx", [5, 60, 20], [["z", 2, "um"]]), "zyx 5x60x20 2 um, -, -"],
  ["one frame that is a picture", said("tyx", [1, 60, 20], [], "tifffile"), "tyx 1x60x20 -, -, -"],
  [
    "colours of a line scan",
    said("yxs", [30, 8, 3], SECONDS_DOWN),
    "ctx 3x30x8 -, 0.001 s, 0.3 um reordered",
  ],
  ["colours, turned", said("yxs", [8, 30, 3], SECONDS_ACROSS), "ctx 3x30x8 -, 0.001 s, 0.3 um reordered"],
  [
    "planes of colours of a line scan",
    said("syx", [3, 30, 8], SECONDS_DOWN),
    "ctx 3x30x8 -, 0.001 s, 0.3 um",
  ],
  [
    "pylake's colours",
    said(
      "xts",
      [6, 40, 3],
      [
        ["t", 7e-4, "s"],
        ["x", 0.3, "um"],
      ],
      "pylake",
    ),
    "ctx 3x40x6 -, 0.0007 s, 0.3 um reordered",
  ],
  [
    "colours of a picture",
    said(
      "yxs",
      [30, 40, 3],
      [
        ["y", 2, "um"],
        ["x", 2, "um"],
      ],
    ),
    "yxs 30x40x3 2 um, 2 um, -",
  ],
  ["channels of a line scan", said("cyx", [2, 30, 8], SECONDS_DOWN), "ctx 2x30x8 -, 0.001 s, 0.3 um"],
  ["channels of a picture", said("cyx", [2, 30, 8]), "cyx 2x30x8 -, -, -"],
  [
    "channels, colours and time",
    said("tcyxs", [30, 2, 1, 8, 3], [], "ome"),
    "tcyxs 30x2x1x8x3 -, -, -, -, -",
  ],
  ["an axis that nobody knows", said("qtx", [4, 30, 8], [], "tifffile"), "qtx 4x30x8 -, -, -"],
] as const)("%s", (_what, one, expected) => {
  expect(imageOf(one)).toBe(expected);
});

test("a unit of time along rows and columns is told: nobody knows which is meant", () => {
  const one = said(
    "yx",
    [30, 8],
    [
      ["y", 1, "s"],
      ["x", 1, "s"],
    ],
  );
  expect(imageLayout(one).warning).toContain("unit of time along rows and columns");
  expect(imageLayout(said("yx", [30, 8], SECONDS_DOWN)).warning).toBeUndefined();
});

test("the order in the file is remembered by the names of the axes", () => {
  const turned = imageLayout(said("xts", [6, 40, 3], [], "pylake"));
  expect([axesOfFile(turned), isTurned(axesOfFile(turned))]).toEqual([["x", "t", "c"], true]);
  const straight = imageLayout(said("txc", [40, 6, 3], [], "tifffile"));
  expect([axesOfFile(straight), isTurned(axesOfFile(straight)), isTurned(undefined)]).toEqual([
    ["t", "x", "c"],
    false,
    false,
  ]);
});
