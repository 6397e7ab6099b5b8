// The format of `<stem>.geojson`: ROIs of QuPath, napari and other programs beside an image.

import { ARTIFACTS } from "@kym/kym-schema";
import { readGeoJson } from "@kym/roi/geojson";
import { decodeJsonText, parseLossless, plainValue } from "@kym/zarr-store/json";
import { isZarrStoreError } from "@kym/zarr-store/runtime";
import { type FoundRois, foundOrProblem } from "../rois/found-rois.ts";
import type { SidecarFormat } from "../sidecar-format.ts";
import { withoutNonFinite } from "../without-non-finite.ts";

export const geoJsonRoisFormat: SidecarFormat = {
  name: "geojson_rois",
  endings: [".geojson", ".tif.geojson", "_rois.geojson"],
  isOfAllChannels: true,
  isOneOfMany: true,
  mostBytes: 2 ** 26,
  artifacts: [{ kind: "json", name: ARTIFACTS.metadata }],
  parse: async (bytes, { relPath }) => {
    const rois = await readFeatures(bytes, relPath);
    return { rois, alsoHas: rois.problems.length === 0 ? [] : ["features that cannot be read"] };
  },
};

/** Reads GeoJSON. Numbers that are NaN or infinite, which QuPath writes among its measurements, become null. */
async function readFeatures(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<FoundRois> {
  try {
    const { text } = decodeJsonText(bytes, { allowNonFinite: true, where });
    const value = plainValue(withoutNonFinite(parseLossless(text, { allowNonFinite: true, where })));
    return await foundOrProblem(() => readGeoJson(value));
  } catch (error) {
    if (!isZarrStoreError(error, "invalid_file")) {
      throw error;
    }
    return { rois: [], problems: [error.message] };
  }
}
