import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drawRois } from "../demo/draw-rois.ts";

const PICTURE = join(import.meta.dirname, "../../../docs/rois.svg");

test("the picture in the README is what the demo draws, byte for byte", () => {
  expect(drawRois()).toBe(readFileSync(PICTURE, "utf8"));
});

test("the picture has a ROI of every kind, each with pixels", () => {
  const legend = [...drawRois().matchAll(/>(\d) (\w+): (\d+) pixels/g)].map(([, id, type, n]) => [
    id,
    type,
    n,
  ]);
  expect(legend).toEqual([
    ["1", "rect", "112"],
    ["2", "line", "31"],
    ["3", "polyline", "34"],
    ["4", "polygon", "193"],
    ["5", "mask", "133"],
  ]);
});
