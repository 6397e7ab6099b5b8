// The blind name of an image, for tests: with few images, none is longer than the shortest.
import { createHash } from "node:crypto";
import { BlindNames, placeText } from "../../src/blind/blind-names.ts";

/** @param seed that of the command without `--seed` by default */
export function blindName(imageId: string, seed = "0"): string {
  const hash = createHash("sha256").update(placeText(seed, imageId)).digest("hex");
  return new BlindNames(seed, new Map([[imageId, hash]])).of(imageId);
}
