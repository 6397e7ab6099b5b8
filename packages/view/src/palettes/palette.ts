// Palettes: the colour of each of 256 levels.

import { CIVIDIS_COLOURS, VIRIDIS_COLOURS } from "./listed-colours.ts";

/** The palettes, the default first. All but fire grow steadily brighter, and cividis looks the same to colour-blind eyes. */
export const PALETTES = ["gray", "fire", "viridis", "cividis"] as const;

export type PaletteName = (typeof PALETTES)[number];

/** Red, green and blue of each level, 768 bytes: the colour of level `i` is at `3 i`. */
export type Palette = Uint8Array;

const known = new Map<PaletteName, Palette>();

/** The colours of a palette, from the darkest level to the brightest. The same object each time: do not change it. */
export function paletteOf(name: PaletteName): Palette {
  const palette = known.get(name) ?? MAKERS[name]();
  known.set(name, palette);
  return palette;
}

const MAKERS: Readonly<Record<PaletteName, () => Palette>> = {
  gray: () => Uint8Array.from({ length: 768 }, (_, index) => Math.floor(index / 3)),
  fire: () => Uint8Array.from({ length: 768 }, (_, index) => fireAt(Math.floor(index / 3), index % 3)),
  viridis: () => coloursOf(VIRIDIS_COLOURS),
  cividis: () => coloursOf(CIVIDIS_COLOURS),
};

function coloursOf(digits: string): Palette {
  return Uint8Array.from(digits.match(/[0-9a-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** "Fire" of ImageJ (public domain, `ij.plugin.LutLoader`): red, green and blue of 32 levels. */
const FIRE: readonly (readonly number[])[] = [
  [
    0, 0, 1, 25, 49, 73, 98, 122, 146, 162, 173, 184, 195, 207, 217, 229, 240, 252, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255,
  ],
  [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14, 35, 57, 79, 101, 117, 133, 147, 161, 175, 190, 205, 219, 234,
    248, 255, 255, 255, 255,
  ],
  [
    0, 61, 96, 130, 165, 192, 220, 227, 210, 181, 151, 122, 93, 64, 35, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    35, 98, 160, 223, 255,
  ],
];

/** A level between two of the 32, as ImageJ interpolates: fractions of a colour are cut off. */
function fireAt(level: number, colour: number): number {
  const stops = FIRE[colour] ?? [];
  const place = (level * stops.length) / 256;
  const [low, fraction] = [Math.floor(place), place % 1];
  const high = Math.min(low + 1, stops.length - 1);
  return Math.floor((1 - fraction) * (stops[low] ?? 0) + fraction * (stops[high] ?? 0));
}
