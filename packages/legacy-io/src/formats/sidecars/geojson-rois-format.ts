// The format of `<stem>.geojson`: ROIs of QuPath, napari and other programs beside an image.

import { ARTIFACTS } from "@kym/kym-schema";
import { readGeoJson } from "@kym/roi/geojson";
import { decodeJsonText, getMember, type JsonNode, parseLossless, plainValue } from "@kym/zarr-store/json";
import { isZarrStoreError } from "@kym/zarr-store/runtime";
import { MAX_SIDECAR_NODES } from "../../sidecar-limits.ts";
import { withoutNonFinite } from "../json/without-non-finite.ts";
import { type FoundRois, foundOrProblem } from "../rois/found-rois.ts";
import type { SidecarFormat } from "../sidecar-format.ts";

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

/** A feature that cannot be read takes a sentence of its own. */
const MAX_FEATURES = 2 ** 15;

function featuresIn(node: JsonNode): number {
  const features = node.kind === "object" ? getMember(node, "features") : node;
  return features?.kind === "array" ? features.items.length : 0;
}

/** Reads GeoJSON. Numbers that are NaN or infinite, which QuPath writes among its measurements, become null. */
async function readFeatures(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<FoundRois> {
  try {
    const options = { allowNonFinite: true, where, maxNodes: MAX_SIDECAR_NODES };
    const node = parseLossless(decodeJsonText(bytes, options).text, options);
    const count = featuresIn(node);
    if (count > MAX_FEATURES) {
      return { rois: [], problems: [`${where} has ${count} features; at most ${MAX_FEATURES} are read`] };
    }
    const value = plainValue(withoutNonFinite(node));
    return await foundOrProblem(() => readGeoJson(value));
  } catch (error) {
    if (!isZarrStoreError(error, "invalid_file")) {
      throw error;
    }
    return { rois: [], problems: [error.message] };
  }
}
