// Colours for each pixel of a canvas.

import { type Contrast, type PaletteName, type PixelPlane, paintLevels, paletteOf } from "@kym/view";

/**
 * The pixels of a canvas as wide as a plane of the screen: its lines to the right, its columns down. Each pixel has the colour of
 * its level and nothing between.
 *
 * @returns RGBA, `height × plane.lines`; transparent where a value is NaN
 */
export function paintScreen(
  plane: PixelPlane,
  {
    contrast,
    palette,
    height,
  }: { readonly contrast: Contrast; readonly palette: PaletteName; readonly height: number },
): Uint8ClampedArray<ArrayBuffer> {
  const { lines: width, columns } = plane;
  const { levels } = paintLevels(plane, contrast);
  const colours = paletteOf(palette);
  const rgba = new Uint8ClampedArray(width * height * 4);
  let [rowColumn, rowStart] = [-1, 0];
  for (let y = 0; y < height; y++) {
    const column = Math.min(columns - 1, Math.floor(((y + 0.5) / height) * columns));
    const at = y * width * 4;
    if (column === rowColumn) {
      rgba.copyWithin(at, rowStart, rowStart + width * 4);
      continue;
    }
    for (let x = 0; x < width; x++) {
      if (!Number.isNaN(plane.pixels[x * columns + column])) {
        const level = levels[column * width + x] ?? 0;
        rgba[at + 4 * x] = colours[3 * level] ?? 0;
        rgba[at + 4 * x + 1] = colours[3 * level + 1] ?? 0;
        rgba[at + 4 * x + 2] = colours[3 * level + 2] ?? 0;
        rgba[at + 4 * x + 3] = 255;
      }
    }
    [rowColumn, rowStart] = [column, at];
  }
  return rgba;
}
