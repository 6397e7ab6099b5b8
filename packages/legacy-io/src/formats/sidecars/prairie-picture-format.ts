// The format of `<base>-Cycle00001_Ch1Source.tif`: the image of a recording in which its line was drawn. It is no scan.

import type { SidecarFormat } from "../sidecar-format.ts";

/** The name of the format, which files have by their whole name and not by an ending. */
export const PRAIRIE_PICTURE = "prairie_picture";

export const prairiePictureFormat: SidecarFormat = {
  name: PRAIRIE_PICTURE,
  // Names that no file has: `decideFileRoles` knows such a picture by its whole name.
  endings: ["source.tif", "reference.tif"],
  isOfRecording: true,
  artifacts: [],
  parse: () => ({
    isPicture: true,
    warnings: ["the image in which the line was drawn: kept as an attachment, not taken as a scan"],
  }),
};
