// Finds the picture on which the line of a MESc scan was drawn: a unit that the scan names.

import { isLegacyIoError } from "../../errors.ts";
import type { RecordedArray } from "../recording-format.ts";
import { type Hdf5Attributes, textOfAttribute } from "./hdf5/attributes.ts";
import { mescDType, readMescLines } from "./mesc-pixels.ts";
import { channelName, pitchOf } from "./mesc-unit.ts";
import type { OpenedUnit } from "./open-unit.ts";

const UNIT_PATH = /^\/?(MSession_\d{1,9}\/MUnit_\d{1,9})\/?$/;

export interface FoundReference {
  readonly reference?: RecordedArray;
  readonly warnings: readonly string[];
}

/**
 * The first frame of the unit that `BackgroundImagePath` names.
 *
 * @param open opens a unit by its path; undefined if the file has no such unit, a text if it has no pictures
 */
export async function mescReference(
  { path, attributes }: { readonly path: string; readonly attributes: Hdf5Attributes },
  open: (path: string) => Promise<OpenedUnit | string | undefined>,
  signal: AbortSignal | undefined,
): Promise<FoundReference> {
  const text = textOfAttribute(attributes, "BackgroundImagePath")?.trim() ?? "";
  if (text === "") {
    return { warnings: [] };
  }
  const without = (why: string): FoundReference => ({
    warnings: [
      `${JSON.stringify(path)}: its reference image ${JSON.stringify(text.slice(0, 60))} is not kept: ${why}`,
    ],
  });
  const place = UNIT_PATH.exec(text)?.[1];
  if (place === undefined || place === path) {
    return without("this names no other unit of the file");
  }
  try {
    const unit = await open(place);
    if (unit === undefined || typeof unit === "string") {
      return without(unit ?? "the file has no such unit");
    }
    const picture = pictureOf(unit, signal);
    return picture === undefined
      ? without("it has no rows and columns")
      : { reference: picture, warnings: [] };
  } catch (error) {
    if (!isLegacyIoError(error, "not_supported")) {
      throw error;
    }
    return without(error.message);
  }
}

function pictureOf(
  { path, attributes, shape, channels, datasets }: OpenedUnit,
  signal: AbortSignal | undefined,
): RecordedArray | undefined {
  const [columns = 0, rows = 0, frames = 1, ...more] = [...shape].reverse();
  if (columns === 0 || rows < 2 || frames < 1 || more.length > 0) {
    return undefined;
  }
  const dtype = mescDType(datasets[0].type);
  const lines = { frames: 1, linesPerFrame: rows, missing: 0, pixels: columns };
  const isMany = datasets.length > 1;
  return {
    name: path,
    dtype,
    shape: [...(isMany ? [datasets.length] : []), rows, columns],
    axes: [...(isMany ? ["c"] : []), "y", "x"],
    umPerPx: pitchOf(attributes),
    channelNames: channels.map((channel) => channelName(attributes, channel)),
    readLines: (start, stop, plane) => readMescLines(datasets, lines, dtype, { start, stop, plane }, signal),
  };
}
