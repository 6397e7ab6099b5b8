// Colours for each pixel of a canvas.

import { levelOf, type PaletteName, paletteOf } from "@kym/view";
import type { LayerContrasts } from "./image-contrast.ts";
import type { ScreenPlane } from "./screen-plane.ts";

/**
 * The pixels of a canvas, time to the right and space downwards. Each pixel has the colour of its level and nothing between.
 *
 * Where the overview is shown, pixels in turn have the minimum and the maximum, as on a chess board: an eye sees the middle of
 * both where they differ, and the value itself where they are the same, as in a stall.
 *
 * @returns RGBA, `height × screen.width`; transparent where a value is NaN
 */
export function paintScreen(
  { width, columns, minimum, maximum, isOverview }: Omit<ScreenPlane, "shownAs">,
  {
    contrasts,
    palette,
    height,
  }: { readonly contrasts: LayerContrasts; readonly palette: PaletteName; readonly height: number },
): Uint8ClampedArray<ArrayBuffer> {
  const colours = paletteOf(palette);
  const rgba = new Uint8ClampedArray(width * height * 4);
  const painted = new Map<number, number>();
  for (let y = 0; y < height; y++) {
    const column = Math.min(columns - 1, Math.floor(((y + 0.5) / height) * columns));
    const at = y * width * 4;
    // Of the rows of one column, each second one is the same.
    const like = painted.get(2 * column + (y % 2));
    if (like !== undefined) {
      rgba.copyWithin(at, like, like + width * 4);
      continue;
    }
    painted.set(2 * column + (y % 2), at);
    for (let x = 0; x < width; x++) {
      const value = ((x + y) % 2 === 0 ? minimum : maximum)[x * columns + column] ?? Number.NaN;
      if (!Number.isNaN(value)) {
        const level = 3 * levelOf(value, isOverview[x] === 1 ? contrasts.overview : contrasts.lines);
        rgba[at + 4 * x] = colours[level] ?? 0;
        rgba[at + 4 * x + 1] = colours[level + 1] ?? 0;
        rgba[at + 4 * x + 2] = colours[level + 2] ?? 0;
        rgba[at + 4 * x + 3] = 255;
      }
    }
  }
  return rgba;
}
