// The format of `<stem>.roi` and `<stem>_RoiSet.zip`: ROIs that ImageJ keeps beside an image.

import { ARTIFACTS } from "@kym/kym-schema";
import { readImageJRois } from "@kym/roi/imagej";
import { foundOrProblem } from "../rois/found-rois.ts";
import { printableName } from "../rois/printable-name.ts";
import type { SidecarFormat } from "../sidecar-format.ts";

export const imageJRoisFormat: SidecarFormat = {
  name: "imagej_rois",
  endings: [
    ".roi",
    ".zip",
    "_roiset.zip",
    "-roiset.zip",
    ".roiset.zip",
    " roiset.zip",
    "roiset.zip",
    "_rois.zip",
    ".tif.roi",
    ".tif.zip",
    ".tif_roiset.zip",
  ],
  ofOnlyImage: ["roiset.zip"],
  isOfAllChannels: true,
  isOneOfMany: true,
  mostBytes: 2 ** 26,
  artifacts: [{ kind: "json", name: ARTIFACTS.metadata }],
  parse: async (bytes, { relPath }) => {
    const skipped: string[] = [];
    const rois = await foundOrProblem(async () => {
      const read = await readImageJRois(bytes, { fileName: relPath });
      skipped.push(...read.skipped.filter((name) => !name.startsWith("__MACOSX/") && !name.endsWith("/")));
      return read;
    });
    return {
      rois,
      alsoHas: [
        ...(rois.problems.length === 0 ? [] : ["ROIs that cannot be read"]),
        ...(skipped.length === 0 ? [] : [`other files (${printableName(skipped.join(", "))})`]),
      ],
    };
  },
};
