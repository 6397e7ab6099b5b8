import { join } from "node:path";
import { decodeJsonText } from "@kym/zarr-store";
import { isHeaderOf, metadataText } from "../../content/image-metadata.ts";
import { mergeMetadata } from "../../content/merge-metadata.ts";
import type { ImageSidecars } from "../../folder/sidecars-of-image.ts";
import { parseClassicJson } from "../../formats/classic-json.ts";
import { readOlympusHeader } from "../../formats/olympus/olympus-header.ts";
import { readWholeFile } from "../files/read-whole-file.ts";
import { namingFile } from "./store-errors.ts";

/**
 * The text of `metadata` from all files that say something of it; `<stem>.metadata.json` alone as it stands. A header
 * of an image of another size says nothing, as in an ingest.
 */
export async function loadFileMetadata(
  folder: string,
  { artifacts, classicJson, olympusHeader }: ImageSidecars,
  readShape: () => Promise<readonly number[]>,
): Promise<string> {
  const file = artifacts.find(({ artifact, format }) => artifact === "metadata" && format === "json");
  const own = file && (await readMetadataFile(join(folder, file.fileName)));
  if (own !== undefined && classicJson === undefined && olympusHeader === undefined) {
    return own;
  }
  const shape = await readShape();
  const read = async <T>(
    name: string | undefined,
    parse: (bytes: Uint8Array<ArrayBuffer>) => T,
  ): Promise<T | undefined> => {
    const path = join(folder, name ?? "");
    return name === undefined ? undefined : namingFile(path, async () => parse(await readWholeFile(path)));
  };
  const header = await read(olympusHeader, readOlympusHeader);
  const classic = await read(classicJson, parseClassicJson);
  const derived = metadataText({
    shape,
    olympus: header !== undefined && isHeaderOf(header, shape) ? header : undefined,
    classic,
    accepted: classic?.accepted ?? true,
  });
  return own === undefined ? derived : (mergeMetadata(own, derived) ?? own);
}

async function readMetadataFile(path: string): Promise<string> {
  return decodeJsonText(await readWholeFile(path), { allowNonFinite: true, where: path }).text;
}
