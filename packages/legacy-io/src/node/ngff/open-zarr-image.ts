// Opens the OME-Zarr image in a folder: its group, its array of full resolution, and what both say.

import { type ArrayMetadata, itemSizeBytes, parseArrayMetadata } from "@kym/zarr-store/array";
import { type JsonNode, nodeOf, parseLossless, plainValue } from "@kym/zarr-store/json";
import { ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { isZarrStoreError } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import { parseLegacyJson, presentMember } from "../../formats/json/legacy-json.ts";
import { type NgffAxes, ngffAxes } from "../../ngff/ngff-axes.ts";
import { type NgffImage, readNgffImage } from "../../ngff/ngff-image.ts";
import type { ZarrFiles } from "./zarr-files.ts";

/** Documents of more bytes are not read. */
export const MAX_NODE_BYTES: number = 16 * 2 ** 20;

/** An image whose documents were read. */
export interface OpenZarrImage {
  readonly ngff: NgffImage;
  readonly metadata: ArrayMetadata;
  readonly axes: NgffAxes;
  readonly sizeBytes: number;
}

/**
 * The attributes of a Zarr group of either version; undefined if there is no group.
 * @throws {LegacyIoError} `invalid_file` for a document that cannot be read, as {@link ZarrFiles.read}
 */
export async function groupAttributes(files: ZarrFiles, group = ""): Promise<JsonNode | undefined> {
  const at = (name: string): string => (group === "" ? name : `${group}/${name}`);
  const third = await files.read(at(ZARR_NODE_NAME), MAX_NODE_BYTES);
  if (third !== undefined) {
    const node = parseLegacyJson(third, at(ZARR_NODE_NAME));
    return presentMember(node, "attributes") ?? nodeOf({});
  }
  const second = await files.read(at(".zattrs"), MAX_NODE_BYTES);
  return second === undefined ? undefined : parseLegacyJson(second, at(".zattrs"));
}

/**
 * Opens an image. Reads its documents and no pixels.
 * @throws {LegacyIoError} `invalid_file`, `invalid_name` or `not_supported`, naming the document and the member; `io`
 */
export async function openZarrImage(files: ZarrFiles, maxDecodedBytes: number): Promise<OpenZarrImage> {
  const attributes = await groupAttributes(files);
  if (attributes === undefined) {
    throw new LegacyIoError("invalid_file", "expected the document of a Zarr group, found none", {});
  }
  const ngff = readNgffImage(attributes);
  const metadata = await arrayMetadata(files, ngff.path);
  const axes = ngffAxes(ngff, metadata.shape);
  const sizeBytes = metadata.shape.reduce(
    (product, length) => product * length,
    itemSizeBytes(metadata.dtype),
  );
  if (sizeBytes > maxDecodedBytes) {
    throw new LegacyIoError(
      "not_supported",
      `${ngff.path}: pixels of ${sizeBytes} bytes are beyond the limit maxDecodedBytes of ${maxDecodedBytes}`,
      { expected: maxDecodedBytes, found: sizeBytes },
    );
  }
  if (sizeBytes === 0) {
    throw new LegacyIoError(
      "invalid_file",
      `${ngff.path}: an array of the shape [${metadata.shape}] has no pixels`,
      {
        found: metadata.shape,
      },
    );
  }
  return { ngff, metadata, axes, sizeBytes };
}

/**
 * The metadata of an array of either version of Zarr.
 * @throws {LegacyIoError} `invalid_file` or `not_supported`, naming the member; `io`
 */
export async function arrayMetadata(files: ZarrFiles, path: string): Promise<ArrayMetadata> {
  const third = `${path}/${ZARR_NODE_NAME}`;
  const second = `${path}/.zarray`;
  const bytes = (await files.read(third, MAX_NODE_BYTES)) ?? (await files.read(second, MAX_NODE_BYTES));
  if (bytes === undefined) {
    throw new LegacyIoError("invalid_file", `expected an array at ${path}, found none`, { path });
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const document = plainValue(parseLossless(text, { allowNonFinite: true, where: path }));
    return parseArrayMetadata(document, path);
  } catch (cause) {
    if (isZarrStoreError(cause)) {
      const code = cause.code === "not_supported" ? "not_supported" : "invalid_file";
      throw new LegacyIoError(code, cause.message, { path, cause });
    }
    throw new LegacyIoError("invalid_file", `${path}: its document is not UTF-8`, { path, cause });
  }
}
