/**
 * The elements with datasets: `src`, `image` and `channel` of `<kym-image>` open an image over HTTP. What reads datasets is loaded
 * with the first `src`, tables with the first trace.
 *
 * @module
 */

import { defineElements as defineAlone } from "../define-elements.ts";
import { type KymographRequest, type OpenKymograph, setSourceOpener } from "../shell/source-opener.ts";

export type { KymographRequest, OpenKymograph };

/**
 * Opens one image of a dataset: its overview, ROIs and calibration at once; lines and results when they are asked for.
 *
 * @throws {ViewerError} `not_found`; `ambiguous` if several images have the name
 * @throws {ZarrStoreError} what reading a dataset throws
 */
export const openKymograph: OpenKymograph = async (request, options) => {
  const { openImage } = await import("./open-image.ts");
  return openImage(request, options);
};

/** Defines `<kym-image>` and `<kym-trace>`, with datasets. */
export function defineElements(): void {
  setSourceOpener(openKymograph);
  defineAlone();
}
