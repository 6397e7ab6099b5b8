// The steps of an image's axes that go into a TIFF, from its metadata.

import { UNITS } from "@kym/kym-schema";
import { METADATA_HEADER_KEYS, METADATA_KEYS } from "@kym/kym-schema/keys";
import type { WriteImageJTiffOptions } from "../tiff/write/write-imagej.ts";
import { entriesIn, isStep, memberIn } from "./image-metadata.ts";

const CHANNELS: ReadonlySet<string> = new Set(["c", "s"]);

/**
 * Reads what `writeImageJTiff` takes from the value of an artifact `metadata`, whoever wrote it. A step that is missing, or in
 * another unit than s and µm, is left out.
 *
 * @param axes of the image; without names, the last two are rows and columns
 */
export function stepsToWrite(
  metadata: unknown,
  axes: readonly string[] = [],
): Omit<WriteImageJTiffOptions, "axes"> {
  const header = memberIn(metadata, METADATA_KEYS.header);
  const [voxels, units] = [METADATA_HEADER_KEYS.voxels, METADATA_HEADER_KEYS.voxelsUnits].map((key) =>
    entriesIn(memberIn(header, key)),
  );
  const step = (fromEnd: number, unit: string): number | undefined => {
    const value = voxels?.at(fromEnd);
    return units?.at(fromEnd) === unit && isStep(value) ? value : undefined;
  };
  const plane = axes.flatMap((name, at) => (CHANNELS.has(name) ? [] : [at - axes.length])).slice(-2);
  const [rows = -2, columns = -1] = plane.length === 2 ? plane : [];
  const along = (name: string): number | undefined => {
    const at = axes.indexOf(name);
    return at < 0 || plane.includes(at - axes.length) ? undefined : at - axes.length;
  };
  const [frames, slices] = [along("t"), along("z")];
  const steps = {
    umPerPx: step(columns, UNITS.micrometre),
    secondsPerLine: step(rows, UNITS.second),
    umPerRow: step(rows, UNITS.micrometre),
    secondsPerFrame: frames === undefined ? undefined : step(frames, UNITS.second),
    umPerSlice: slices === undefined ? undefined : step(slices, UNITS.micrometre),
  };
  return Object.fromEntries(Object.entries(steps).filter(([, value]) => value !== undefined));
}
