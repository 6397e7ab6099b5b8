// The format of `<stem>.txt`: the header that an Olympus microscope exports beside an image.

import { ARTIFACTS } from "@kym/kym-schema";
import { olympusHeaderText } from "../kymflow/header-text.ts";
import { type OlympusHeader, readOlympusHeader } from "../olympus/olympus-header.ts";
import type { SidecarFormat } from "../sidecar-format.ts";

export const olympusHeaderFormat: SidecarFormat = {
  name: "olympus_header",
  endings: [".txt"],
  isOfAllChannels: true,
  artifacts: [{ kind: "json", name: ARTIFACTS.metadata }],
  precedence: { header: 100 },
  parse: (bytes) => {
    const header = readOlympusHeader(bytes);
    return { header, warnings: header.warnings, whyNotOf: (shape) => whyNotOf(header, shape) };
  },
  write: async ({ json }) => {
    const metadata = await json(ARTIFACTS.metadata);
    return metadata === undefined ? undefined : olympusHeaderText(metadata);
  },
};

/** A header with another image size was written for another image. */
function whyNotOf({ linesPerImage, pxPerLine }: OlympusHeader, shape: readonly number[]): string | undefined {
  const isOfShape =
    (linesPerImage === undefined || linesPerImage === shape.at(-2)) &&
    (pxPerLine === undefined || pxPerLine === shape.at(-1));
  return isOfShape
    ? undefined
    : `it is the header of an image of ${linesPerImage} × ${pxPerLine}, not of this one`;
}
