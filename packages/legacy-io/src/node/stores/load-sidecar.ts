// Reads one file beside an image by its format, for a store.

import { basename } from "node:path";
import type { Understood } from "../../content/first-saying.ts";
import type { ImageSidecar } from "../../folder/sidecars-of-image.ts";
import { parseSidecar } from "../../formats/parse-sidecar.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { gunzip } from "../files/gunzip.ts";
import { readWholeFile } from "../files/read-whole-file.ts";
import { namingFile } from "./store-errors.ts";

/** A sidecar with its path and its format. */
export interface StoreSidecar extends ImageSidecar {
  readonly path: string;
  readonly fileFormat: SidecarFormat;
}

/**
 * Reads and parses a sidecar.
 *
 * @throws the error that explains why the file cannot be understood, naming the file; LegacyIoError `invalid_argument`
 * for a format that fails (see `parseSidecar`), `io`.
 */
export async function loadSidecar({ path, fileFormat, artifact = "" }: StoreSidecar): Promise<Understood> {
  const bytes = await readWholeFile(path);
  return namingFile(path, async () => {
    const source = { relPath: path, artifact, gunzip: (packed: typeof bytes) => gunzip(packed, path) };
    const content = await parseSidecar(fileFormat, bytes, source);
    if (content.kind === "opaque") {
      throw content.cause;
    }
    return { relPath: path, fileName: basename(path), bytes, content };
  });
}
