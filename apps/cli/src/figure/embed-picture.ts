// Puts pixels into an SVG: a PNG with a palette, as a data URI.

import { type LevelPicture, type PaletteName, paletteOf } from "@kym/view";
import { encode } from "fast-png";
import type { PanelBox } from "./axis-marks.ts";
import { element } from "./svg-element.ts";

/** An image that fills a box. Each level keeps its colour: nothing is smoothed between pixels. */
export function embedPicture(picture: LevelPicture, palette: PaletteName, box: PanelBox): string {
  const { left: x, top: y, width, height } = box;
  return element("image", {
    ...{ x, y, width, height },
    preserveAspectRatio: "none",
    "image-rendering": "optimizeSpeed",
    href: `data:image/png;base64,${Buffer.from(encodePicture(picture, palette)).toString("base64")}`,
  });
}

/** A PNG of 8 bits per pixel, whose palette is that of the picture. */
function encodePicture({ levels, width, height }: LevelPicture, name: PaletteName): Uint8Array {
  const colours = paletteOf(name);
  const palette = Array.from({ length: 256 }, (_, level) => [...colours.subarray(3 * level, 3 * level + 3)]);
  return encode({ width, height, data: levels, depth: 8, channels: 1, palette }, { zlib: { level: 9 } });
}
