import type { ZarrCodec } from "../../array/codecs/zarr-codec.ts";
import type { ArrayMetadata } from "../../array/metadata/array-metadata.ts";
import type { ImageId } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { Attributes } from "./node-cache.ts";

/** Finds and reads Zarr metadata. Datasets differ in where these are, and in what a chunk means that is not there. */
export interface NodeReader {
  /** What a chunk without an object is: damage, or, as in Zarr, full of the fill value. */
  readonly missingChunks: "error" | "fill";
  /** Codecs of the caller's, which the arrays may use besides those that are always read. */
  readonly codecs: readonly ZarrCodec[];
  /** Whether there is such an image, whatever state its metadata are in. */
  hasImage(id: ImageId): Promise<boolean>;
  /** Undefined if there is no such image. @throws {ZarrStoreError} `invalid_metadata` */
  imageAttributes(id: ImageId, options: ReadOptions): Promise<Attributes | undefined>;
  /** Undefined if there is no array at the prefix. @throws {ZarrStoreError} `invalid_metadata`, `not_supported` */
  arrayMetadata(prefix: StoreKey, options: ReadOptions): Promise<ArrayMetadata | undefined>;
}
