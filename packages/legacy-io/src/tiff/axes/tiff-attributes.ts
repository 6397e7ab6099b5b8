// What an image remembers of the axes of its TIFF, as attributes of its record.

import type { TiffStart } from "../descriptions/lsm-info.ts";
import { isTurned } from "./image-layout.ts";
import { parseStatedScales, type StatedScales } from "./stated-scales.ts";

/** The names of the attributes. */
export const TIFF_ATTRIBUTES = {
  /** One entry per axis of the image: null, or step, unit and source. */
  scales: "tiff_scales",
  /** The axes of the image in the order in which the file stores them, if it is another one. */
  fileAxes: "tiff_axes",
  /** What ScanImage says of a scan besides its axes and steps. */
  scanImage: "scanimage",
  /** When the TIFF says that it was recorded: text and zone. */
  start: "tiff_start",
  /** The values that ImageJ shows as black and as white. */
  displayRange: "tiff_display_range",
} as const;

/** What is needed of a TIFF to bring the metadata of its image up to date without reading it again. */
export interface RememberedTiff {
  readonly scales: StatedScales;
  readonly fileAxes: readonly string[] | undefined;
  readonly isTurned: boolean;
  readonly displayRange: readonly [black: number, white: number] | undefined;
  /** Undefined if it does not say when it was recorded. */
  readonly start: TiffStart | undefined;
}

/** Reads the attributes of a record of `rank` axes. Earlier versions wrote none: then nothing is said. */
export function rememberedTiff(attributes: Readonly<Record<string, unknown>>, rank: number): RememberedTiff {
  const said = attributes[TIFF_ATTRIBUTES.fileAxes];
  const isList = Array.isArray(said) && said.length === rank && new Set(said).size === rank;
  const fileAxes = isList ? said.map(String) : undefined;
  return {
    scales: parseStatedScales(attributes[TIFF_ATTRIBUTES.scales], rank),
    fileAxes,
    isTurned: isTurned(fileAxes),
    displayRange: rangeOf(attributes[TIFF_ATTRIBUTES.displayRange]),
    start: startOf(attributes[TIFF_ATTRIBUTES.start]),
  };
}

function startOf(value: unknown): TiffStart | undefined {
  const text: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "text") : undefined;
  return typeof text === "string" ? { text, zone: "no zone" } : undefined;
}

function rangeOf(value: unknown): RememberedTiff["displayRange"] {
  const list: readonly unknown[] = Array.isArray(value) && value.length === 2 ? value : [];
  const [black, white] = list;
  return typeof black === "number" && typeof white === "number" ? [black, white] : undefined;
}
