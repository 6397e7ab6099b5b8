// Lends a place in the staging folder of a transaction, and writes the chunks of an array there, in another thread.

import { defaultAxes, validateAxes } from "../../array/axes.ts";
import type { NdArray } from "../../array/nd-array.ts";
import type { ArrayRows, PlanArrayWriteOptions, StagedArray, StagedObject } from "../../array/zarr-array.ts";
import { encodeArrayFromRows, encodeArrayObjects, planArrayWrite } from "../../array/zarr-array.ts";
import { ZARR_NODE_NAME } from "../../commit/object-path.ts";
import type { ImageId } from "../../image/artifact-name.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { KeyValueStore } from "../../store/key-value-store.ts";
import { joinKey } from "../../store/store-key.ts";
import { imageGroup, pixelArray } from "../layout.ts";
import type { ObjectSession } from "../session/object-session.ts";

export type { StagedArray };

/** Where another thread writes the chunks of an image. It can be copied to that thread. */
export interface StagingPlace {
  readonly folder: string;
  readonly prefix: string;
}

/** A place for the chunks of a new image, and how to give it up. */
export interface LentImage {
  readonly place: StagingPlace;
  /** Removes what was written there, if the image was not added. Nobody may write there any more. */
  discard(): Promise<void>;
}

/** Lends the folder of an image's pixels, see `DatasetContents.lendImage`. */
export async function lendPixels({ lender }: ObjectSession, id: ImageId): Promise<LentImage | undefined> {
  const group = imageGroup(id);
  const lent = await lender?.lend(group);
  return (
    lent && {
      place: { folder: lent.folder, prefix: joinKey(lent.key, pixelArray(id).slice(group.length + 1)) },
      discard: async () => lender?.takeBack(group),
    }
  );
}

/** An array in memory, or one that is read while it is written. */
export type ArrayToStage = NdArray | ArrayRows;

/** How the chunks of an array are written. */
export interface StageArrayOptions extends Pick<PlanArrayWriteOptions, "axes" | "compression"> {
  /** The SHA-256 of the bytes of an array in memory, if it is known: they are not hashed again. */
  readonly arraySha256?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the chunks of an array below a prefix, each hashed. They are neither flushed nor published: that is done by the
 * transaction whose staging folder this is.
 */
export async function stageChunks(
  store: Pick<KeyValueStore, "put">,
  prefix: string,
  { sha256, zstd }: Pick<Runtime, "sha256" | "zstd">,
  array: ArrayToStage,
  options: StageArrayOptions = {},
): Promise<StagedArray> {
  const { dtype, shape } = array;
  const { arraySha256, signal, compression = "zstd" } = options;
  const axes = validateAxes(options.axes ?? defaultAxes(shape.length), shape.length);
  const encoding = { zstd, signal };
  const objects =
    "readRows" in array
      ? encodeArrayFromRows({ dtype, shape, axes, compression }, array.readRows, encoding)
      : encodeArrayObjects(planArrayWrite(array, { axes, compression }), { ...encoding, arraySha256 });
  const chunks: StagedObject[] = [];
  for await (const { key, bytes, sha256: known } of objects) {
    if (key !== ZARR_NODE_NAME) {
      await store.put(joinKey(prefix, key), bytes);
      chunks.push({ key, sha256: known ?? (await sha256(bytes)), sizeBytes: bytes.length });
      if (compression !== "none") {
        free(bytes);
      }
    }
  }
  return { dtype, shape, axes, compression, chunks };
}

/** Smaller memory may belong to several arrays. */
const FREED_FROM_BYTES = 2 ** 20;

/** Gives the memory of a compressed chunk back at once: until a collector comes, each thread would have tens of MB of them. */
function free({ buffer }: Uint8Array<ArrayBuffer>): void {
  if (buffer.byteLength >= FREED_FROM_BYTES) {
    buffer.transfer(0);
  }
}
