import { expect, it } from "vitest";
import { dotPlot, swarm } from "../../../src/page/sections/dot-plot.ts";
import type { ReportGroup, ReportMeasure } from "../../../src/report/report-data.ts";

const PLACES = { nameOf: (id: string) => `scan <${id}>`, anchorOf: (id: string) => `image-${id}` };

function group(name: string, values: readonly number[]): ReportGroup {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    name,
    n: values.length,
    median: sorted[Math.floor(sorted.length / 2)] ?? null,
    mean: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
    sem: values.length < 2 ? null : 0.1,
    nUnits: values.length,
    points: values.map((value, index) => ({ imageId: `${name}${index}`, value, unit: null })),
  };
}

function measure(...groups: readonly ReportGroup[]): ReportMeasure {
  return {
    ...{ key: "velocity", label: "mean velocity", unit: "mm/s", how: "" },
    ...{ groups, test: { kind: "none", words: "" }, leftOut: [] },
  };
}

function circles(svg: string): readonly { readonly x: number; readonly y: number; readonly image: string }[] {
  return [...svg.matchAll(/<circle [^>]*cx="([^"]+)" cy="([^"]+)"[^>]*data-image="([^"]+)"/g)].map(
    ([, x, y, image]) => ({ x: Number(x), y: Number(y), image: String(image) }),
  );
}

it("each image is one point at its value, on one axis for all groups, with its name as text", () => {
  const svg = dotPlot(measure(group("Control", [1, 2]), group("AngII", [0.5, 1])), "animal", PLACES);
  const [a, b, c, d] = circles(svg);
  expect([a?.image, d?.image]).toEqual(["image-Control0", "image-AngII1"]);
  expect(a?.x).toBeCloseTo(d?.x ?? 0, 2);
  // The axis begins at 0, so places are in proportion to values.
  const zero = 2 * (a?.x ?? 0) - (b?.x ?? 0);
  expect(((b?.x ?? 0) - zero) / ((c?.x ?? 0) - zero)).toBeCloseTo(4, 1);
  expect(svg).toContain("<title>scan &lt;AngII0&gt;: 0.500 mm/s</title>");
});

it("the plot says its numbers in words, and a group without a value keeps its strip", () => {
  const svg = dotPlot(measure(group("Control", [1, 2, 3]), group("AngII", [])), "animal", PLACES);
  expect(svg).toContain(
    "Dot plot of mean velocity. Control: 3 images, median 2 mm/s, mean 2 mm/s plus or minus 0.100 over 3 animals. AngII: no value.",
  );
  expect(svg).toContain(">no value</text>");
});

it("values that are all alike, negative, huge or absent give numbers and never NaN", () => {
  for (const values of [[0, 0], [-1, -1], [1e9, 1e9], [-2, 3], [], [5]]) {
    const svg = dotPlot(measure(group("one", values)), "day", PLACES);
    expect(svg, String(values)).not.toMatch(/NaN|Infinity/);
    expect(circles(svg)).toHaveLength(values.length);
  }
});

it("points of a swarm do not cover each other while there is room, and lie near their strip if there is none", () => {
  const near = Array.from({ length: 9 }, (_, index) => 100 + 2 * index);
  const aside = swarm(near);
  for (const [index, x] of near.entries()) {
    for (const [other, place] of near.entries()) {
      const apart = Math.hypot(x - place, (aside[index] ?? 0) - (aside[other] ?? 0));
      expect(index === other || apart >= 6.79, `${index} and ${other}`).toBe(true);
    }
  }
  expect(swarm(Array.from({ length: 500 }, () => 7)).every((y) => Math.abs(y) <= 17)).toBe(true);
});
