// Paints a kymograph with time to the right: the level of each pixel.

import { type Contrast, levelOf } from "./contrast.ts";
import type { PixelPlane } from "./pixel-plane.ts";

/** Levels of a picture, row by row from its upper left corner: `levels[row * width + column]`, each from 0 to 255. */
export interface LevelPicture {
  readonly levels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The picture is as wide as the plane has lines and as high as it has columns; column 0 is its upper row. */
export function paintLevels({ pixels, lines, columns }: PixelPlane, contrast: Contrast): LevelPicture {
  const levels = new Uint8Array(lines * columns);
  for (let column = 0; column < columns; column++) {
    for (let line = 0; line < lines; line++) {
      levels[column * lines + line] = levelOf(pixels[line * columns + column] ?? Number.NaN, contrast);
    }
  }
  return { levels, width: lines, height: columns };
}
