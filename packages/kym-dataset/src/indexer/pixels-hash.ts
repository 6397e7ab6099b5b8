// One hash over the pixels of an image, by which a run of `kym analyze` names what it was computed from.

import { ANALYSIS_RUN_KEYS } from "@kym/kym-schema/keys";
import type { ReadOptions, ZarrImageRecord } from "@kym/zarr-store";
import { isPixelKey } from "@kym/zarr-store/layout";
import type { ObjectHashes } from "./artifact-ref.ts";
import { sha256Hex } from "./sha256-hex.ts";

/** What was stored at ingest; of an image that came otherwise, one hash over those of its pixels. */
export async function pixelsHash(
  record: ZarrImageRecord,
  hashes: ObjectHashes,
  options: ReadOptions,
): Promise<string> {
  const { [ANALYSIS_RUN_KEYS.pixelsSha256]: known } = await record.attributes(options);
  if (typeof known === "string") {
    return known;
  }
  const pixels = [...hashes].filter(([key]) => isPixelKey(key)).map(([key, sha256]) => `${key} ${sha256}\n`);
  return sha256Hex(pixels.sort().join(""));
}
