// Decides which objects that were made again may take the place of lost ones.

import type { Provenance } from "@kym/kym-schema";
import type { SourceRow } from "@kym/zarr-store";
import { imageObjectPath, isPixelKey, ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { sha256Of } from "../files/sha256-of.ts";
import type { MadeImage } from "./with-made-image.ts";

export interface HealedObject {
  readonly path: string;
  /** `put_back`: the file has the bytes of the log again. `committed`: the same content has other bytes now. */
  readonly how: "put_back" | "committed";
}

/** What the dataset knows of an image that has lost objects. */
export interface KnownOfImage {
  /** The hash of each object in the log, by its key below `images/<id>/`. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly provenance: Provenance | undefined;
  /** The hash of the pixels as they were ingested. */
  readonly pixelsSha256: string | undefined;
  readonly row: SourceRow | undefined;
}

type Bytes = Uint8Array<ArrayBuffer>;
type Remedy = HealedObject & { readonly load: () => Promise<Bytes> };

/** The objects to make again, the lost ones and, if the pixels are encoded otherwise now, all of the pixels. */
export async function decideHealing(
  image: MadeImage,
  { imageId, lost }: { readonly imageId: string; readonly lost: readonly string[] },
  known: KnownOfImage,
): Promise<readonly Remedy[]> {
  const made = await image.made.record(imageId).objectHashes();
  const load = (path: string) => async (): Promise<Bytes> =>
    (await image.made.exact.load(path)) ?? Promise.reject(new RangeError(`${path} was made`));
  const remedies = new Map<string, Remedy>();
  for (const path of lost) {
    const key = path.slice(imageObjectPath(imageId, "").length);
    const isMade = made.has(key);
    if (isMade && made.get(key) === known.hashes.get(key)) {
      remedies.set(path, { path, how: "put_back", load: load(path) });
    } else if (isMade && isPixelKey(key) && areSamePixels(image, made, known)) {
      for (const [other, sha256] of [...made].filter(([one]) => isPixelKey(one))) {
        const place = imageObjectPath(imageId, other);
        const how = sha256 === known.hashes.get(other) ? "put_back" : "committed";
        remedies.set(place, { path: place, how, load: load(place) });
      }
    } else if (isMade && isOfSameSidecars(key, image, known)) {
      remedies.set(path, { path, how: "committed", load: load(path) });
    } else if (key === ZARR_NODE_NAME) {
      const bytes = asOfItsTime(await load(path)(), known);
      remedies.set(path, { path, how: "put_back", load: async () => bytes ?? new Uint8Array() });
      if (bytes === undefined) {
        remedies.delete(path);
      }
    }
  }
  return [...remedies.values()];
}

/**
 * Whether the pixels are those of the image, their metadata was made of the same files, and every object of them has its place among those that were made.
 */
function areSamePixels(
  { pixelsSha256, fileHashes }: MadeImage,
  made: ReadonlyMap<string, string>,
  known: KnownOfImage,
): boolean {
  return (
    pixelsSha256 === known.pixelsSha256 &&
    known.provenance?.sidecars.every(({ sha256 }) => fileHashes.has(sha256)) === true &&
    [...known.hashes.keys()].filter(isPixelKey).every((key) => made.has(key))
  );
}

/** Whether an artifact is still what was made of its sidecars, and these are the same files today. */
function isOfSameSidecars(
  key: string,
  { fileHashes }: MadeImage,
  { hashes, provenance }: KnownOfImage,
): boolean {
  const sidecars = (provenance?.sidecars ?? []).filter(({ artifacts }) =>
    artifacts.some((artifact) => artifact.key === key),
  );
  return (
    sidecars.length > 0 &&
    sidecars.every(
      ({ sha256, artifacts }) =>
        fileHashes.has(sha256) &&
        artifacts.every((artifact) => artifact.key !== key || artifact.sha256 === hashes.get(key)),
    )
  );
}

/** How long after its row of the ledger an image may have been stored, in seconds. */
const STORED_WITHIN_S = 600;

/** The node of a record says when the image was stored, to the second. The second is found by the hash. */
function asOfItsTime(node: Bytes, { hashes, row }: KnownOfImage): Bytes | undefined {
  const text = new TextDecoder().decode(node);
  const wanted = hashes.get(ZARR_NODE_NAME);
  const startS = Number((row?.ingested_epoch_ns ?? 0n) / 1_000_000_000n);
  for (let second = startS - 5; second < startS + STORED_WITHIN_S; second++) {
    const time = new Date(second * 1000).toISOString().replace(/\.\d+Z$/, "Z");
    const bytes = new TextEncoder().encode(
      text.replace(/"created_utc": "[^"]*"/, `"created_utc": "${time}"`),
    );
    if (sha256Of(bytes) === wanted) {
      return bytes;
    }
  }
  return undefined;
}
