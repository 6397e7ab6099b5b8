// The interface by which a record reads Zarr metadata, whatever kind of dataset it is in.

import type { ZarrCodec } from "../../array/codecs/zarr-codec.ts";
import type { ArrayMetadata } from "../../array/metadata/array-metadata.ts";
import type { ImageId } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { Attributes } from "./node-cache.ts";

/** Finds and reads Zarr metadata. Kinds of datasets differ in where it lies, and in what a missing chunk means. */
export interface NodeReader {
  /** What a missing chunk means: damage, or, as in plain Zarr, a chunk full of the fill value. */
  readonly missingChunks: "error" | "fill";
  /** Codecs of the caller that arrays may use besides the built-in ones. */
  readonly codecs: readonly ZarrCodec[];
  /** Whether the image exists, even if its metadata is malformed. */
  hasImage(id: ImageId): Promise<boolean>;
  /** The attributes of an image; undefined if it does not exist. @throws {ZarrStoreError} `invalid_metadata` */
  imageAttributes(id: ImageId, options: ReadOptions): Promise<Attributes | undefined>;
  /**
   * The metadata of the array at a prefix; undefined if no array is there.
   *
   * @throws {ZarrStoreError} `invalid_metadata`, `not_supported`
   */
  arrayMetadata(prefix: StoreKey, options: ReadOptions): Promise<ArrayMetadata | undefined>;
}
