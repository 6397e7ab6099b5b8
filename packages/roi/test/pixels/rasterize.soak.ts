import { test } from "vitest";
import { checkRasterAgrees } from "./check-raster-agrees.ts";

test("a pixel is in the mask if the ROI contains its centre, for every pixel of 30 000 random shapes", () => {
  checkRasterAgrees(30_000);
}, 300_000);
