// The list of an image's own files that a dataset keeps byte for byte, as a JSON artifact.

import { ARTIFACTS } from "@kym/kym-schema";
import { isZarrStoreError } from "@kym/zarr-store";
import { attachmentName } from "../../folder/attachment-name.ts";

/** A file that is kept. */
export interface KeptOriginal {
  /** Relative to the folder of the image's file: `scan.oif.files/s_C001.tif`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Before the names of these attachments, so that none is taken for a file beside the image. */
const PREFIX = "original-";

/** The JSON artifact `original/files`, and what names the attachment of a file. */
export function originalsValue(files: readonly KeptOriginal[]): {
  readonly json: object;
  readonly nameOf: (path: string) => string;
} {
  const nameOf = (path: string): string => `${PREFIX}${attachmentName(path)}`;
  return {
    nameOf,
    json: {
      files: files.map(({ path, sizeBytes, sha256 }) => ({
        path,
        attachment: nameOf(path),
        size_bytes: sizeBytes,
        sha256,
      })),
    },
  };
}

/** Reads the artifact back; entries of another form are left out. */
function readOriginals(value: unknown): readonly (KeptOriginal & { readonly attachment: string })[] {
  const files: unknown =
    typeof value === "object" && value !== null ? Reflect.get(value, "files") : undefined;
  return (Array.isArray(files) ? files : []).flatMap((file: unknown) => {
    const {
      path,
      attachment,
      size_bytes: sizeBytes,
      sha256,
    } = Object.fromEntries(Object.entries(file ?? {}));
    return typeof path === "string" &&
      typeof attachment === "string" &&
      typeof sizeBytes === "number" &&
      typeof sha256 === "string"
      ? [{ path, attachment, sizeBytes, sha256 }]
      : [];
  });
}

/** The files that an image keeps; none if it keeps none. */
export async function loadOriginals(record: {
  readonly loadJson: (name: string) => Promise<unknown>;
}): Promise<ReturnType<typeof readOriginals>> {
  try {
    return readOriginals(await record.loadJson(ARTIFACTS.originals));
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file")) {
      return [];
    }
    throw error;
  }
}
