// Reads what ImageJ writes about a stack into `ImageDescription`.

import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import { type AxisCalibration, axisCalibration, isPlaceholder } from "./axis-calibration.ts";

const MAX_LENGTH = 2 ** 20;

/** What an ImageJ description says. */
export interface ImageJDescription {
  /** Planes of the whole stack, with or without directories of their own. */
  readonly images: number;
  readonly frames: number;
  readonly slices: number;
  readonly channels: number;
  /** All `key=value` lines, in the file's order, with escapes such as `\u00B5` decoded. */
  readonly properties: ReadonlyMap<string, string>;
}

/**
 * Reads the `key=value` lines of an ImageJ description. Undefined for any other text.
 * @throws {LegacyIoError} `invalid_file` if frames × slices × channels is not the number of images, or if the text has more
 * than 2^20 characters, which ImageJ never writes
 */
export function parseImageJDescription(text: string): ImageJDescription | undefined {
  if (!text.startsWith("ImageJ=")) {
    return undefined;
  }
  const properties = propertiesOf(text);
  const images = count(properties, "images");
  const frames = count(properties, "frames");
  const channels = count(properties, "channels");
  const hasSlices = properties.has("slices") || frames * channels > 1;
  const slices = hasSlices ? count(properties, "slices") : images;
  if (frames * slices * channels !== images) {
    throw new LegacyIoError(
      "invalid_file",
      `ImageJ description: ${frames} frames × ${slices} slices × ${channels} channels are not its ${images} images`,
      { tag: "ImageDescription", expected: images, found: frames * slices * channels },
    );
  }
  return { images, frames, slices, channels, properties };
}

/**
 * Reads an ImageJ description whose counts contradict each other or cannot be read: its other lines still hold. Counts that make as
 * many planes as a file of several pages has are kept. Otherwise all planes are slices, as many as `images` says, or as pages.
 */
export function parseOddImageJDescription(text: string, pageCount: number): ImageJDescription {
  const properties = propertiesOf(text);
  const numberOf = (key: string): number => {
    const value = Number(properties.get(key) ?? "1");
    return Number.isSafeInteger(value) && value > 0 ? value : 0;
  };
  const [frames, slices, channels] = [numberOf("frames"), numberOf("slices"), numberOf("channels")];
  if (pageCount > 1 && frames * slices * channels === pageCount) {
    return { images: pageCount, frames, slices, channels, properties };
  }
  const said = properties.has("images") ? numberOf("images") : 0;
  const images = said > 0 ? said : pageCount;
  return { images, frames: 1, slices: images, channels: 1, properties };
}

function propertiesOf(text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  if (text.length > MAX_LENGTH) {
    throw new LegacyIoError("invalid_file", `ImageJ description of ${text.length} characters`, {
      tag: "ImageDescription",
      expected: MAX_LENGTH,
      found: text.length,
    });
  }
  for (const line of text.split(/\r\n|\r|\n/)) {
    const equals = line.indexOf("=");
    if (equals > 0) {
      properties.set(line.slice(0, equals), undoEscapes(line.slice(equals + 1)));
    }
  }
  return properties;
}

/**
 * The calibration of an ImageJ file: steps from the resolution tags, with the units of the description. The interval of frames
 * is `finterval` alone: `fps` is the speed at which ImageJ plays a stack. A length that programs fill in where they know none,
 * such as 300 dpi, has the source `resolution`, which is never chosen.
 */
export function imageJCalibration(
  { properties }: ImageJDescription,
  xResolution: readonly [number, number] | undefined,
  yResolution: readonly [number, number] | undefined,
): readonly AxisCalibration[] {
  const unit = properties.get("unit");
  const step = (resolution: readonly [number, number] | undefined): number =>
    resolution === undefined ? Number.NaN : resolution[1] / resolution[0];
  const inPlane = (axis: "x" | "y", resolution: typeof xResolution): AxisCalibration | undefined => {
    const spelled = properties.get(`${axis}unit`) ?? unit;
    const said = axisCalibration(axis, step(resolution), spelled, "imagej");
    return said !== undefined && isPlaceholder(said.step, spelled ?? "")
      ? { ...said, source: "resolution" }
      : said;
  };
  const interval = Number(properties.get("finterval"));
  const [rows, columns] = [inPlane("y", yResolution), inPlane("x", xResolution)];
  const [rowsAre = "y", columnsAre = "x"] = imageJAxes({ properties }) ?? [];
  return [
    rowsAre === "y" ? axisCalibration("t", interval, properties.get("tunit") ?? "s", "imagej") : undefined,
    axisCalibration("z", Number(properties.get("spacing")), properties.get("zunit") ?? unit, "imagej"),
    rows && { ...rows, axis: rowsAre },
    columns && { ...columns, axis: columnsAre },
  ].filter((calibration) => calibration !== undefined);
}

/** The axes of the plane that an export of ours notes, where they are not the lines and columns of a line scan. */
export function imageJAxes({
  properties,
}: Pick<ImageJDescription, "properties">): readonly string[] | undefined {
  const letters = [...(properties.get("axes") ?? "")];
  const areAxes = /^[tcxs]{2,3}$/.test(letters.join("")) && new Set(letters).size === letters.length;
  return areAxes ? letters : undefined;
}

function count(properties: ReadonlyMap<string, string>, key: string): number {
  const text = properties.get(key) ?? "1";
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value === 0) {
    throw new LegacyIoError(
      "invalid_file",
      `ImageJ description: ${key}=${text.slice(0, 40)} is not a count`,
      {
        tag: "ImageDescription",
        found: text,
      },
    );
  }
  return value;
}

function undoEscapes(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** ImageJ writes no longer descriptions. */
const MAX_IMAGEJ_LENGTH = 2 ** 20;

/** Reads ImageJ's description. Counts that contradict each other are a warning. */
export function readImageJ(
  description: string | undefined,
  pageCount: number,
  warnings: string[],
): ImageJDescription | undefined {
  if (description === undefined) {
    return undefined;
  }
  try {
    return parseImageJDescription(description);
  } catch (error) {
    if (!isLegacyIoError(error)) {
      throw error;
    }
    const isTooLong = description.length > MAX_IMAGEJ_LENGTH;
    warnings.push(`${error.message}: ${isTooLong ? "it is not read" : "the pages that are there are read"}`);
    return isTooLong ? undefined : parseOddImageJDescription(description, pageCount);
  }
}
