// Composes the artifact `metadata` of a TIFF from the files beside it.

import { ARTIFACTS } from "@kym/kym-schema";
import { decodeJsonText } from "@kym/zarr-store/json";
import { completeMetadata } from "../../content/complete-metadata.ts";
import { firstSaying, givenArtifacts, type Understood } from "../../content/first-saying.ts";
import { metadataText } from "../../content/image-metadata.ts";
import { readWholeFile } from "../files/read-whole-file.ts";
import { loadSidecar, type StoreSidecar } from "./load-sidecar.ts";

/**
 * Composes the text of `metadata`. `own` is `<stem>.metadata.json`; if there is no other file, its text is returned
 * unchanged. Files about an image of another shape are ignored, as in an ingest.
 */
export async function loadFileMetadata(
  own: StoreSidecar | undefined,
  others: readonly StoreSidecar[],
  readShape: () => Promise<readonly number[]>,
): Promise<string> {
  const ownText = own && (await readMetadataFile(own.path));
  if (ownText !== undefined && others.length === 0) {
    return ownText;
  }
  const shape = await readShape();
  const usable: Understood[] = [];
  for (const other of others) {
    const sidecar = await loadSidecar(other);
    if (sidecar.content.facts.whyNotOf?.(shape) === undefined) {
      usable.push(sidecar);
    }
  }
  const derived = metadataText({
    shape,
    olympus: firstSaying(usable, "header")?.said,
    classic: firstSaying(usable, "classic")?.said,
    accepted: firstSaying(usable, "accepted")?.said ?? true,
  });
  const given = givenArtifacts(usable).flatMap(({ said }) =>
    said.kind === "json" && said.name === ARTIFACTS.metadata ? [said.text] : [],
  );
  const said = ownText ?? given[0];
  return said === undefined ? derived : (completeMetadata(said, derived) ?? said);
}

async function readMetadataFile(path: string): Promise<string> {
  return decodeJsonText(await readWholeFile(path), { allowNonFinite: true, where: path }).text;
}
