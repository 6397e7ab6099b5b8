// Stores one image that was read: pixels, artifacts and provenance.

import { ARTIFACTS, encodeProvenance, type SidecarProvenance } from "@kym/kym-schema";
import { INGEST_MODE, PROVENANCE_KEYS } from "@kym/kym-schema/keys";
import { type DatasetContents, isZarrStoreError } from "@kym/zarr-store";
import { FOLDER_NAMES } from "../../content/experiment-fields.ts";
import { artifactKey, type SourcedArtifact, scalesOf } from "../../content/image-content.ts";
import { factsValue, pathValue } from "../../content/recordings/recorded-facts.ts";
import { imageJTagsValue } from "../../content/rois/imagej-tags.ts";
import { isLegacyIoError } from "../../errors.ts";
import { shownPath } from "../../folder/bundle.ts";
import { fileNameOf } from "../../folder/compare-paths.ts";
import { objectsOf } from "../../plan/decide-artifact-changes.ts";
import { TIFF_ATTRIBUTES } from "../../tiff/axes/tiff-attributes.ts";
import type { ValueCalibration } from "../../tiff/descriptions/value-calibration.ts";
import type { SaidByRecording, SaidByTiff } from "../read/image-in-files.ts";
import type { ReadBundle } from "../read/read-bundle.ts";
import { readerOfImage } from "../read/reader-of-image.ts";
import type { IngestOptions } from "./ingest-options.ts";
import { storeOverviews, whileStored } from "./store-overviews.ts";

type StoreImageOptions = Pick<IngestOptions, "compression">;

/**
 * Stores one image whole or not at all. Returns undefined, or the reason why the image cannot be stored. Errors of the
 * storage concern every image, so they are thrown.
 */
export async function tryStoreImage(
  transaction: DatasetContents,
  read: ReadBundle,
  imageId: string,
  options: StoreImageOptions = {},
): Promise<string | undefined> {
  try {
    await storeImage(transaction, read, imageId, options);
    return undefined;
  } catch (error) {
    const isOfImage = isZarrStoreError(
      error,
      "invalid_argument",
      "invalid_name",
      "schema_mismatch",
      "not_supported",
    );
    // A large file is still being read while it is stored, and an error in reading it concerns only this image.
    if (!isOfImage && !isLegacyIoError(error)) {
      throw error;
    }
    await transaction.deleteImage(imageId);
    return error.message;
  }
}

export async function storeImage(
  transaction: DatasetContents,
  read: ReadBundle,
  imageId: string,
  { compression }: StoreImageOptions = {},
): Promise<void> {
  const { content, pixelsSha256, said, folderFields } = read;
  const { pixels, overviews } = whileStored(read);
  const record = await transaction.addImage(pixels, {
    id: imageId,
    axes: content.axes,
    scales: scalesOf(content.artifacts, content.axes.length),
    compression,
    attributes: {
      [PROVENANCE_KEYS.sourceName]: fileNameOf(shownPath(read.bundle)),
      pixels_sha256: pixelsSha256,
      ...Object.fromEntries(Object.entries(tiffAttributes(said)).filter(([, value]) => value !== undefined)),
    },
  });
  for (const artifact of content.artifacts) {
    await storeArtifact(record, artifact);
    if (artifact.kind === "json" && artifact.name === ARTIFACTS.metadata) {
      // A later change of both sides is compared with what came, whatever an editor does to the file meanwhile.
      await record.files.keepInHistory(new TextEncoder().encode(artifact.text));
    }
  }
  if (said.tags !== undefined) {
    await record.saveJson(ARTIFACTS.imageJTags, imageJTagsValue(said.tags));
  }
  if (said.recording !== undefined) {
    await storeRecording(record, said.recording);
  }
  const hashes = await record.objectHashes();
  await storeOverviews(record, hashes, overviews());
  const made = (source: string): SidecarProvenance["artifacts"] =>
    content.artifacts
      .filter(({ from }) => from.includes(source))
      .flatMap((artifact) => objectsOf(artifactKey(artifact), hashes));
  await record.saveJson(
    ARTIFACTS.provenance,
    encodeProvenance({
      sourcePrimaryPath: read.image.path,
      sourceRelPath: shownPath(read.bundle),
      sourceName: fileNameOf(shownPath(read.bundle)),
      sourceSha256: read.image.sha256,
      ingestMode: INGEST_MODE,
      reader: readerOfImage(said),
      sidecars: read.sidecars.map((file) => ({
        path: file.path,
        sizeBytes: file.sizeBytes,
        mtimeNs: file.mtimeNs,
        sha256: file.sha256,
        reader: file.reader,
        artifacts: made(file.relPath),
      })),
      ...(folderFields && {
        pathFields: { ...folderFields, overruled: content.overruled, artifacts: made(FOLDER_NAMES) },
      }),
    }),
  );
}

/** Stores what a recording says of its scan. */
export async function storeRecording(
  record: ReturnType<DatasetContents["record"]>,
  { facts, pictures }: SaidByRecording,
): Promise<void> {
  await record.saveJson(ARTIFACTS.recordedScan, factsValue(facts));
  const path = pathValue(facts);
  if (path !== undefined) {
    await record.saveJson(ARTIFACTS.recordedPath, path);
  }
  for (const { array } of pictures) {
    await record.saveArrayArtifact(ARTIFACTS.recordedReference, array);
  }
}

/** Returns the attributes that say what the TIFF says. One about which it says nothing is undefined. */
export function tiffAttributes(said: SaidByTiff): Readonly<Record<string, unknown>> {
  const { calibration, scales, fileAxes, displayRange, valueCalibration, scanImage, start, warnings } = said;
  return {
    tiff_calibration: calibration.length > 0 ? calibration : undefined,
    [TIFF_ATTRIBUTES.scales]: scales.some((scale) => scale !== null) ? scales : undefined,
    [TIFF_ATTRIBUTES.fileAxes]: fileAxes,
    [TIFF_ATTRIBUTES.displayRange]: displayRange,
    [TIFF_ATTRIBUTES.scanImage]: scanImage,
    [TIFF_ATTRIBUTES.start]: start,
    tiff_value_calibration: valueCalibration && valueCalibrationAttribute(valueCalibration),
    tiff_warnings: warnings.length > 0 ? warnings : undefined,
  };
}

function valueCalibrationAttribute({ functionCode, coefficients, unit }: ValueCalibration): object {
  return { imagej_function: functionCode, coefficients, unit };
}

export async function storeArtifact(
  record: ReturnType<DatasetContents["record"]>,
  artifact: SourcedArtifact,
): Promise<void> {
  switch (artifact.kind) {
    case "json":
      await record.json.saveBytes(artifact.name, new TextEncoder().encode(artifact.text));
      return;
    case "table":
      await record.saveParquet(artifact.name, artifact.table, { schema: artifact.schema });
      return;
    case "array":
      await record.saveArrayArtifact(artifact.name, artifact.array);
      return;
    case "attachment":
      await record.saveAttachment(artifact.name, artifact.bytes);
      return;
    default:
      artifact satisfies never;
  }
}
