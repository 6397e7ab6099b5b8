// The overviews of an image between the thread that makes them and the one that stores them.

import { type OverviewFile, overviewFile } from "@kym/kym-schema/keys";
import type { Overview } from "@kym/view";
import { encodeOverviews } from "@kym/view/stored";
import { sha256Of } from "../files/sha256-of.ts";

/** One overview for each channel. */
export type OverviewsByChannel = ReadonlyMap<number, Overview>;

/** The file of overviews, ready to be stored. */
export interface EncodedOverviews {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type MadeOverviews = OverviewsByChannel | EncodedOverviews;

/** Encodes overviews with the hash of the pixels. The hashes are of the image's objects, by their keys below `images/<id>/`. */
export function encodedOverviews(
  hashes: ReadonlyMap<string, string>,
  channels: OverviewsByChannel,
): EncodedOverviews {
  return { bytes: encodeOverviews({ pixelsSha256: hashedOverviewFile(hashes).pixelsSha256, channels }) };
}

/** The file that holds the overviews of an image with these objects. */
export function hashedOverviewFile(hashes: ReadonlyMap<string, string>): OverviewFile {
  return overviewFile(hashes, (text) => sha256Of(new TextEncoder().encode(text)));
}
