// Composes the artifact `metadata` of a TIFF from the files beside it, and from what ImageJ keeps inside it.

import { ARTIFACTS } from "@kym/kym-schema";
import { decodeJsonText } from "@kym/zarr-store/json";
import { sayingWithAcqstore } from "../../content/acqstore/saying-with-acqstore.ts";
import { turnedClassic } from "../../content/artifacts-of-sidecars.ts";
import { completeMetadata } from "../../content/complete-metadata.ts";
import { firstSaying, givenArtifacts, type Understood } from "../../content/first-saying.ts";
import { metadataText } from "../../content/image-metadata.ts";
import { sayingOfPrairie } from "../../content/prairie-says.ts";
import { recordedHeader } from "../../content/recordings/recording-says.ts";
import { withTakenRois } from "../../content/rois/rois-in-metadata.ts";
import { roiFiles, takenRois } from "../../content/rois/rois-of-files.ts";
import { readWholeFile } from "../files/read-whole-file.ts";
import { loadSidecar, type StoreSidecar } from "./load-sidecar.ts";
import type { SaidInPlace } from "./tiff-pixel-store.ts";

/** What the TIFF itself says. */
export interface ImageFacts
  extends Pick<SaidInPlace, "scales" | "isTurned" | "tags" | "recording" | "start"> {
  readonly shape: readonly number[];
  /** The names of the image's TIFFs, one per channel. Default: not known. */
  readonly fileNames?: readonly string[] | undefined;
}

/**
 * Composes the text of `metadata`. `own` is `<stem>.metadata.json`; if there is no other file, its text is returned
 * unchanged. Files about an image of another shape are ignored, as in an ingest.
 */
export async function loadFileMetadata(
  own: StoreSidecar | undefined,
  others: readonly StoreSidecar[],
  facts: ImageFacts,
): Promise<string> {
  const { shape, scales, isTurned } = facts;
  const ownText = own && (await readMetadataFile(own.path));
  const usable: Understood[] = [];
  for (const other of others) {
    const sidecar = await loadSidecar(other);
    if (sidecar.content.facts.whyNotOf?.(shape) === undefined) {
      usable.push(sidecar);
    }
  }
  const [relPath = "", ...otherChannels] = facts.fileNames ?? [];
  const prairie = sayingOfPrairie(usable, { relPath, otherChannels, scales }, shape);
  const { acqstore, classic } = sayingWithAcqstore(usable, { shape, isTurned });
  const derived = metadataText({
    shape,
    olympus: firstSaying(usable, "header")?.said,
    classic: turnedClassic(classic, isTurned)?.said,
    acqstore: acqstore?.said,
    recorded: recordedHeader(prairie.scan?.said, facts.recording, facts.start),
    scales: prairie.scales,
    accepted: firstSaying(usable, "accepted")?.said ?? true,
  });
  const given = givenArtifacts(usable).flatMap(({ said }) =>
    said.kind === "json" && said.name === ARTIFACTS.metadata ? [said.text] : [],
  );
  const said = ownText ?? given[0];
  const text = said === undefined ? derived : (completeMetadata(said, derived) ?? said);
  return withTakenRois(
    text,
    await takenRois(text, await roiFiles({ ...facts, relPath: undefined }, usable), facts),
  );
}

async function readMetadataFile(path: string): Promise<string> {
  return decodeJsonText(await readWholeFile(path), { allowNonFinite: true, where: path }).text;
}
