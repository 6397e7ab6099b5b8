// Reads the selection and the overlay that ImageJ keeps inside a TIFF.

import { readImageJRois } from "@kym/roi/imagej";
import type { ImageJMetadata } from "../../tiff/descriptions/imagej-metadata.ts";
import { type FoundRois, foundOrProblem, MOST_ROIS } from "./found-rois.ts";

/** The places of ROIs in a TIFF. */
export const TIFF_PLACES = { selection: "selection", overlay: "overlay" } as const;

/** Reads the ROIs of ImageJ's metadata: the overlay in its order, then the active selection. One that is damaged is a problem. */
export async function roisOfTags({
  selection,
  overlay,
}: Pick<ImageJMetadata, "selection" | "overlay">): Promise<FoundRois> {
  const read = async (bytes: Uint8Array, place: string, what: string): Promise<FoundRois> => {
    const found = await foundOrProblem(() => readImageJRois(bytes));
    return {
      rois: found.rois.map(({ draft }) => ({ draft, place })),
      problems: found.problems.map((problem) => `its ${what} is left out: ${problem}`),
    };
  };
  const all: FoundRois[] = [];
  for (const [index, bytes] of overlay.slice(0, MOST_ROIS).entries()) {
    all.push(await read(bytes, TIFF_PLACES.overlay, `selection ${index + 1} of the overlay`));
  }
  if (selection !== undefined) {
    all.push(await read(selection, TIFF_PLACES.selection, "selection"));
  }
  return {
    rois: all.flatMap(({ rois }) => rois),
    problems: [
      ...(overlay.length > MOST_ROIS
        ? [`only the first ${MOST_ROIS} of the ${overlay.length} ROIs of its overlay are taken`]
        : []),
      ...all.flatMap(({ problems }) => problems),
    ],
  };
}
