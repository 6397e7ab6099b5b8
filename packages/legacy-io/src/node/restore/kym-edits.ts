// Decides what another program changed in an exported OME-Zarr image: pixels, steps, and what acqstore's documents say.

import { ARTIFACTS, calibrationOf, editMetadata, loadMetadataText, parseMetadata } from "@kym/kym-schema";
import { editCalibration } from "@kym/kym-schema/calibration";
import type { DatasetContents } from "@kym/zarr-store";
import { artifactsOfSidecars } from "../../content/artifacts-of-sidecars.ts";
import { isLegacyIoError } from "../../errors.ts";
import type { LegacyBundle } from "../../folder/bundle.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { isNgffImage, readNgffImage } from "../../ngff/ngff-image.ts";
import { ngffAxes } from "../../ngff/ngff-axes.ts";
import { imageLayout } from "../../tiff/axes/image-layout.ts";
import { statedScales } from "../../tiff/axes/stated-scales.ts";
import { storeMetadata } from "../update/update-record.ts";
import { groupAttributes } from "../ngff/open-zarr-image.ts";
import { storeArtifact } from "../ingest/store-image.ts";
import { readSidecars } from "../read/read-sidecars.ts";
import type { ZarrFiles } from "../ngff/zarr-files.ts";
import type { KymImage } from "./read-kym-folder.ts";

type ImageRecord = ReturnType<DatasetContents["record"]>;

/** The document of the group, whose steps count. */
const GROUP = "zarr.json";

/** What was changed, in words for people. */
export type EditWords = readonly string[];

/** Takes changed steps of `zarr.json` into the metadata of a restored image, and says so. */
export async function takeSteps(
  record: ImageRecord,
  files: ZarrFiles,
  { image, manifest }: KymImage,
): Promise<EditWords> {
  let scales: ReturnType<typeof statedScales>;
  const words: string[] = [];
  try {
    const attributes = await groupAttributes(files);
    if (attributes === undefined || !isNgffImage(attributes)) {
      return [`${GROUP} is no OME-Zarr image any more: nothing of it is taken`];
    }
    const ngff = readNgffImage(attributes);
    const { said, problems } = ngffAxes(
      ngff,
      manifest.pixels.axisOrder.map((axis) => image.shape[axis] ?? 1),
    );
    words.push(...problems);
    const layout = imageLayout(said);
    scales = statedScales(layout, said.calibration);
  } catch (error) {
    if (!isLegacyIoError(error)) {
      throw error;
    }
    return [`${GROUP} cannot be read any more: ${error.message}`];
  }
  const text = (await loadMetadataText(record)) ?? "{}";
  const { header } = parseMetadata(text);
  const before = calibrationOf(header);
  const stepOf = (at: number, unit: "s" | "um"): number | undefined => {
    const scale = scales.at(at);
    return scale?.unit === unit ? scale.step : undefined;
  };
  const [secondsPerLine, umPerPx] = [stepOf(-2, "s"), stepOf(-1, "um")];
  const isOther = (now: number | undefined, was: number | null): now is number =>
    now !== undefined && now !== was;
  const edit = {
    ...(isOther(secondsPerLine, before.secondsPerLine) && { secondsPerLine }),
    ...(isOther(umPerPx, before.umPerPx) && { umPerPx }),
  };
  const changed = editCalibration(header, image.shape, edit);
  if (changed === undefined) {
    return [...words, `${GROUP}: its axes and steps are as they were, and nothing else of it is taken`];
  }
  await storeMetadata(record, editMetadata(text, { header: changed }));
  const told = [
    ...("secondsPerLine" in edit
      ? [`${before.secondsPerLine ?? "unknown"} → ${String(edit.secondsPerLine)} s per line`]
      : []),
    ...("umPerPx" in edit ? [`${before.umPerPx ?? "unknown"} → ${String(edit.umPerPx)} µm per pixel`] : []),
  ];
  return [...words, `${GROUP}: taken: ${told.join(", ")}`];
}

/**
 * Takes what changed beside the pixels in the folder of acqstore: the artifacts that are made of the changed files replace those of the
 * image, and the files are kept.
 */
export async function takeAcqstore(
  record: ImageRecord,
  bundle: LegacyBundle,
  { image, pixelsSha256, changed }: KymImage,
  { formats, signal }: { readonly formats: readonly SidecarFormat[]; readonly signal: AbortSignal | undefined },
): Promise<EditWords> {
  const { relPath: group } = bundle.image;
  const isChanged = (relPath: string): boolean =>
    changed.some((path) => relPath === `${group}/${path}` || `${group}/${path}`.startsWith(`${relPath}/`));
  const isOfAcqstore = (relPath: string): boolean => relPath !== `${group}/${GROUP}`;
  if (!bundle.sidecars.some(({ relPath }) => isOfAcqstore(relPath) && isChanged(relPath))) {
    return [];
  }
  const sidecars = await readSidecars(bundle.sidecars, formats, signal);
  const axes = await record.getAxes();
  const content = await artifactsOfSidecars({
    ...{ shape: image.shape, axes, pixelsSha256 },
    tiff: { relPath: group, scales: image.shape.map(() => null), isTurned: false },
    sidecars: sidecars.map(({ parsed }) => parsed),
  });
  const taken: string[] = [];
  for (const artifact of content.artifacts) {
    const isOfChange = artifact.from.some((path) => isOfAcqstore(path) && isChanged(path));
    if (isOfChange && artifact.name !== ARTIFACTS.metadata) {
      await storeArtifact(record, artifact);
      taken.push(artifact.kind === "attachment" ? `the file ${artifact.name}` : artifact.name);
    }
  }
  return [
    ...(taken.length === 0 ? [] : [`taken from the changed files of acqstore: ${taken.join(", ")}`]),
    ...content.notes.filter(({ path }) => isChanged(path)).map(({ path, reason }) => `${path}: ${reason}`),
  ];
}
