import * as fc from "fast-check";
import { containsPoint, type RasterMask, type RoiMask, rasterize } from "../../src/index.ts";
import { anyRoi, anySize } from "../support/arbitraries.ts";

/** A mask near 0, possibly empty. */
export const anyMask: fc.Arbitrary<RoiMask> = fc
  .tuple(fc.nat(9), fc.nat(9), fc.integer({ min: -9, max: 20 }), fc.integer({ min: -9, max: 20 }))
  .chain(([height, width, dim0Start, dim1Start]) =>
    fc
      .array(fc.nat(1), { minLength: height * width, maxLength: height * width })
      .map((data) => ({ data, height, width, dim0Start, dim1Start })),
  );

/** Throws for a random ROI whose mask and `containsPoint` disagree about any pixel of a plane. */
export function checkRasterAgrees(numRuns: number): void {
  fc.assert(
    fc.property(anyRoi, anySize, anyMask, (roi, size, mask) => {
      const raster = rasterize(roi, size, roi.type === "mask" ? { mask } : {});
      for (let row = 0; row < size.height; row += 1) {
        for (let column = 0; column < size.width; column += 1) {
          const isInside = containsPoint(roi, row + 0.5, column + 0.5, { mask });
          if (isSet(raster, row, column) !== isInside) {
            throw new Error(`pixel ${row}, ${column} is ${isInside ? "inside" : "outside"}, not in the mask`);
          }
        }
      }
    }),
    { numRuns },
  );
}

/** True if a pixel of the plane is in the mask. */
export function isSet(mask: RasterMask, row: number, column: number): boolean {
  const [inRow, inColumn] = [row - mask.dim0Start, column - mask.dim1Start];
  const isIn = inRow >= 0 && inRow < mask.height && inColumn >= 0 && inColumn < mask.width;
  return isIn && mask.data[inRow * mask.width + inColumn] === 1;
}
