// Reads what one record and the sidecars beside its image say, before anything is decided.

import type { Provenance } from "@kym/kym-schema";
import type { DatasetContents } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { whenAllDone } from "@kym/zarr-store/runtime";
import { artifactsOfSidecars } from "../../content/artifacts-of-sidecars.ts";
import { FOLDER_NAMES } from "../../content/experiment-fields.ts";
import { artifactKey, type ContentNote, type SourcedArtifact } from "../../content/image-content.ts";
import { loadFacts } from "../../content/recordings/recorded-facts.ts";
import { loadImageJTags } from "../../content/rois/imagej-tags.ts";
import type { LegacyBundle } from "../../folder/bundle.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { type FolderFields, isSame } from "../../plan/decide-path-fields.ts";
import type { Move } from "../../plan/find-moved.ts";
import type { KnownAcquisition, KnownSidecar } from "../../plan/known-acquisition.ts";
import type { FaultyRead } from "../../readers/faulty-read.ts";
import { isTurned } from "../../tiff/axes/image-layout.ts";
import { rememberedTiff } from "../../tiff/axes/tiff-attributes.ts";
import type { ReadFile } from "../files/read-stable.ts";
import { sha256Of } from "../files/sha256-of.ts";
import type { SaidByTiff } from "../read/image-in-files.ts";
import { type ReadSidecar, readSidecars } from "../read/read-sidecars.ts";
import { loadProvenance } from "../scan/load-provenance.ts";
import { hashArtifact } from "./hash-artifact.ts";
import { type BareMetadata, bareMetadata, givenRoiIds, METADATA_KEY } from "./metadata-origin.ts";
import { NO_FILE } from "./rename-folders.ts";

export type ImageRecord = ReturnType<DatasetContents["record"]>;

/** A record whose sidecars changed or whose files moved. */
export interface RecordUpdate {
  readonly bundle: LegacyBundle;
  readonly imageId: string;
  readonly known: KnownAcquisition;
  readonly move: Move | undefined;
  /** Files to be read again although they did not change. */
  readonly again?: readonly FaultyRead[] | undefined;
  /** What the TIFF was found to say when it was read again, with the pixels that are stored; undefined if it was not read. */
  readonly said?: SaidByTiff | undefined;
  /** The TIFF and its further channels as they are now, if they were saved again with the same pixels. */
  readonly savedAgain?: readonly [image: ReadFile, ...channels: ReadFile[]] | undefined;
  /** What the names of its folders say. */
  readonly folderFields?: FolderFields | undefined;
}

/** Something worth knowing about a file. */
export type Note = ContentNote;

/** Everything that is read before anything is decided. */
export interface LookedUpdate {
  readonly provenance: Provenance | undefined;
  /** The sidecars that were ingested, by their present path. */
  readonly known: ReadonlyMap<string, KnownSidecar>;
  readonly sidecars: readonly ReadSidecar[];
  readonly changed: ReadonlySet<string>;
  readonly artifacts: readonly (SourcedArtifact & { readonly sha256: string | undefined })[];
  readonly unusable: readonly string[];
  /** Fields that the folders name and a sidecar gives as well. */
  readonly overruled: readonly string[];
  /** True if the XML of a recording says what the image is. */
  readonly isOfPrairie: boolean;
  readonly notes: readonly Note[];
  /** The metadata of an image without any sidecar. */
  readonly bare: BareMetadata;
}

/** Reads the sidecars of a record, and what was made of them before. Without `formats` the sidecars are not read. */
export async function lookAt(
  record: ImageRecord,
  { bundle, move, again = [], said, folderFields }: RecordUpdate,
  formats: readonly SidecarFormat[] | undefined,
): Promise<LookedUpdate> {
  const provenance = await loadProvenance(record);
  const known = new Map<string, KnownSidecar>(
    (provenance?.sidecars ?? []).map((sidecar) => [move?.paths.get(sidecar.path) ?? sidecar.path, sidecar]),
  );
  const { pathFields } = provenance ?? {};
  if (pathFields !== undefined) {
    known.set(FOLDER_NAMES, { ...NO_FILE, artifacts: pathFields.artifacts });
  }
  const sidecars = formats === undefined ? [] : await readSidecars(bundle.sidecars, formats, undefined);
  const { shape } = await record.openArray();
  const remembered =
    said === undefined
      ? rememberedTiff(await record.attributes(), shape.length)
      : { scales: said.scales, isTurned: isTurned(said.fileAxes), start: said.start };
  const content = await artifactsOfSidecars({
    shape,
    axes: await record.getAxes(),
    tiff: {
      relPath: bundle.image.relPath,
      otherChannels: bundle.otherChannels.map(({ relPath }) => relPath),
      ...remembered,
    },
    tags: said === undefined ? await loadImageJTags(record) : said.tags,
    recording: said === undefined ? await loadFacts(record) : said.recording?.facts,
    roiIds: () => givenRoiIds(record),
    pixelsSha256: await pixelsSha256Of(record),
    sidecars: sidecars.map(({ parsed }) => parsed),
    folderFields: folderFields?.values,
  });
  // What the TIFF says is in the metadata, so they are made from it too, if it was read again.
  const ofTiff = said === undefined ? [] : [bundle.image.relPath];
  const readAgain = new Set(again.map(({ path }) => move?.paths.get(path) ?? path));
  const changed = sidecars.flatMap(({ file }) =>
    known.get(file.path)?.sha256 === file.sha256 && !readAgain.has(file.path) ? [] : [file.path],
  );
  const areFoldersChanged = !isSame(folderFields?.values ?? {}, pathFields?.values ?? {});
  return {
    provenance,
    known,
    sidecars,
    overruled: formats === undefined ? (pathFields?.overruled ?? []) : content.overruled,
    changed: new Set([...changed, ...ofTiff, ...(areFoldersChanged ? [FOLDER_NAMES] : [])]),
    artifacts: await whenAllDone(
      content.artifacts.map(async (artifact) => ({
        ...artifact,
        from: artifactKey(artifact) === METADATA_KEY ? [...artifact.from, ...ofTiff] : artifact.from,
        sha256: await hashArtifact(artifact),
      })),
    ),
    unusable: content.unusable,
    isOfPrairie: content.isOfPrairie,
    notes: [
      ...(content.isOfPrairie ? [] : await newWarnings(record, bundle.image.relPath, said)),
      ...content.notes,
    ],
    bare: await bareMetadata(record, (await record.objectHashes()).get(METADATA_KEY)),
  };
}

/** What is odd about a TIFF that was read again, and was not before. */
async function newWarnings(
  record: ImageRecord,
  path: string,
  said: SaidByTiff | undefined,
): Promise<readonly Note[]> {
  const { tiff_warnings: noted } = await record.attributes();
  const before: readonly unknown[] = Array.isArray(noted) ? noted : [];
  return (said?.warnings ?? []).flatMap((reason) => (before.includes(reason) ? [] : [{ path, reason }]));
}

/** Returns the hash that ingest stored, or computes it for a record that was not ingested. */
export async function pixelsSha256Of(record: ImageRecord): Promise<string> {
  const { pixels_sha256: noted } = await record.attributes();
  return typeof noted === "string" ? noted : sha256Of(ndArrayBytes(await record.loadArray()));
}
