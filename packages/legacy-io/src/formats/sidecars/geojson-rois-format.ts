// The format of `<stem>.geojson`: ROIs of QuPath, napari and other programs beside an image.

import { ARTIFACTS } from "@kym/kym-schema";
import { readGeoJson } from "@kym/roi/geojson";
import { decodeJsonText, type ParseLosslessOptions, parseLossless, plainValue } from "@kym/zarr-store/json";
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

function featuresIn(value: unknown): number {
  const features =
    typeof value === "object" && value !== null && "features" in value ? value.features : value;
  return Array.isArray(features) ? features.length : 0;
}

/** What `JSON.parse` does not read, or reads with another value. */
const UNCERTAIN = /NaN|Infinity|[0-9]{16}|[eE][+]?[0-9]{3}/;

/** The value of checked JSON. `JSON.parse` needs a fraction of the memory that nodes do. */
function jsonValue(text: string, options: ParseLosslessOptions): unknown {
  return UNCERTAIN.test(text) ? plainValue(withoutNonFinite(parseLossless(text, options))) : JSON.parse(text);
}

/** Reads GeoJSON. Numbers that are NaN or infinite, which QuPath writes among its measurements, become null. */
async function readFeatures(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<FoundRois> {
  try {
    const options = { allowNonFinite: true, where, maxNodes: MAX_SIDECAR_NODES };
    const value = jsonValue(decodeJsonText(bytes, options).text, options);
    const count = featuresIn(value);
    if (count > MAX_FEATURES) {
      return { rois: [], problems: [`${where} has ${count} features; at most ${MAX_FEATURES} are read`] };
    }
    return await foundOrProblem(() => readGeoJson(value));
  } catch (error) {
    if (!isZarrStoreError(error, "invalid_file")) {
      throw error;
    }
    return { rois: [], problems: [error.message] };
  }
}
