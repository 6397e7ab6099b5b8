// Parses array metadata of either version of Zarr, and checks its sizes.

import { type JsonField, memberOf, objectOf } from "../../json/json-field.ts";
import { MAX_CHUNK_BYTES } from "../chunks/chunk-shape.ts";
import { codecListOf } from "../codecs/codec-list.ts";
import type { ZarrCodec } from "../codecs/zarr-codec.ts";
import { itemSizeBytes } from "../dtype.ts";
import type { ArrayMetadata } from "./array-metadata-model.ts";
import { parseArrayMetadataV2 } from "./array-metadata-v2.ts";
import { parseArrayMetadataV3 } from "./array-metadata-v3.ts";
import { invalidField, metadataField } from "./metadata-field.ts";

export type { ArrayMetadata } from "./array-metadata-model.ts";
export { encodeArrayMetadata, encodeArrayNode } from "./array-metadata-v3.ts";

/**
 * Reads the parsed JSON of a `zarr.json` or `.zarray`. Integers beyond 2^53 must be bigint.
 *
 * Limits: 8 axes, 512 MiB for a decoded chunk, 2^53 - 1 bytes in all.
 *
 * @param where The document's key or URL, for messages.
 * @param codecs Codecs in addition to the built-in ones; they take precedence.
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html
 * @see https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html
 * @throws {ZarrStoreError}
 * - `invalid_metadata`, naming the field, what was expected and what was found
 * - `not_supported` for what is legal but not read here
 */
export function parseArrayMetadata(
  value: unknown,
  where: string,
  codecs: readonly ZarrCodec[] = [],
): ArrayMetadata {
  const document = metadataField(value, where);
  objectOf(document);
  const format = memberOf(document, "zarr_format");
  if (format.value !== 2 && format.value !== 3) {
    throw invalidField(format, "2 or 3");
  }
  const known = codecListOf(codecs);
  const metadata =
    format.value === 3 ? parseArrayMetadataV3(document, known) : parseArrayMetadataV2(document, known);
  checkSizes(metadata, document);
  return metadata;
}

function checkSizes(metadata: ArrayMetadata, document: JsonField): void {
  const itemSize = itemSizeBytes(metadata.dtype);
  const chunkBytes = metadata.chunkShape.reduce((product, length) => product * length, itemSize);
  if (chunkBytes > MAX_CHUNK_BYTES) {
    const name = metadata.zarrFormat === 3 ? "chunk_grid" : "chunks";
    throw invalidField(
      { ...memberOf(document, name), value: `[${metadata.chunkShape}]` },
      `chunks of at most ${MAX_CHUNK_BYTES} bytes`,
    );
  }
  if (!Number.isSafeInteger(metadata.shape.reduce((product, length) => product * length, itemSize))) {
    throw invalidField(
      { ...memberOf(document, "shape"), value: `[${metadata.shape}]` },
      "less than 2^53 bytes in all",
    );
  }
}
