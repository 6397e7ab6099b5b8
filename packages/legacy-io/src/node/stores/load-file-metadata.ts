// Composes the artifact `metadata` of a TIFF from the files beside it.

import { ARTIFACTS } from "@kym/kym-schema";
import { decodeJsonText } from "@kym/zarr-store/json";
import { turnedClassic } from "../../content/artifacts-of-sidecars.ts";
import { completeMetadata } from "../../content/complete-metadata.ts";
import { firstSaying, givenArtifacts, type Understood } from "../../content/first-saying.ts";
import { metadataText } from "../../content/image-metadata.ts";
import { planeSize } from "../../content/rois/plane-size.ts";
import { NO_ROI_IDS, roisOfMetadata, withTakenRois } from "../../content/rois/rois-in-metadata.ts";
import { takeInRois } from "../../content/rois/take-in-rois.ts";
import type { RememberedTiff } from "../../tiff/axes/tiff-attributes.ts";
import { readWholeFile } from "../files/read-whole-file.ts";
import { loadSidecar, type StoreSidecar } from "./load-sidecar.ts";

/** What the TIFF itself says. */
export interface ImageFacts extends Pick<RememberedTiff, "scales" | "isTurned"> {
  readonly shape: readonly number[];
}

/**
 * Composes the text of `metadata`. `own` is `<stem>.metadata.json`; if there is no other file, its text is returned
 * unchanged. Files about an image of another shape are ignored, as in an ingest.
 */
export async function loadFileMetadata(
  own: StoreSidecar | undefined,
  others: readonly StoreSidecar[],
  { shape, scales, isTurned }: ImageFacts,
): Promise<string> {
  const ownText = own && (await readMetadataFile(own.path));
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
    classic: turnedClassic(firstSaying(usable, "classic"), isTurned)?.said,
    scales,
    accepted: firstSaying(usable, "accepted")?.said ?? true,
  });
  const given = givenArtifacts(usable).flatMap(({ said }) =>
    said.kind === "json" && said.name === ARTIFACTS.metadata ? [said.text] : [],
  );
  const said = ownText ?? given[0];
  const text = said === undefined ? derived : (completeMetadata(said, derived) ?? said);
  return takenInto(text, usable, { shape, isTurned });
}

/** Adds the ROIs of ImageJ's and QuPath's files to a metadata text, as an ingest does. */
function takenInto(
  text: string,
  usable: readonly Understood[],
  { shape, isTurned }: Pick<ImageFacts, "shape" | "isTurned">,
): string {
  const files = usable.flatMap(({ fileName, relPath, content: { facts } }) =>
    facts.rois === undefined ? [] : [{ fileName, relPath, found: facts.rois }],
  );
  if (files.length === 0) {
    return text;
  }
  const { rois: present, ids: takenBefore, highWaterMark } = roisOfMetadata(text);
  const before = { ...NO_ROI_IDS, highWaterMark };
  const size = planeSize(shape);
  return withTakenRois(text, takeInRois({ size, isTurned, files, present, takenBefore, before }));
}

async function readMetadataFile(path: string): Promise<string> {
  return decodeJsonText(await readWholeFile(path), { allowNonFinite: true, where: path }).text;
}
