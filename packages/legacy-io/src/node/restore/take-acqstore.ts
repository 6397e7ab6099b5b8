// Takes what another program changed in acqstore's documents of an exported OME-Zarr image.

import { ARTIFACTS, loadMetadataText, planeScales } from "@kym/kym-schema";
import { metadataChanges, resolveMetadata, wordsOfField } from "@kym/kym-schema/merge";
import type { ZarrImageRecord } from "@kym/zarr-store";
import { canonicalJson } from "@kym/zarr-store/json";
import { imagePartKey, imagePartOf, ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { artifactsOfSidecars, type SidecarArtifacts } from "../../content/artifacts-of-sidecars.ts";
import { artifactKey } from "../../content/image-content.ts";
import { isLegacyIoError } from "../../errors.ts";
import { acqstoreFiles } from "../../export/acqstore/acqstore-files.ts";
import { ngffLayout } from "../../export/ngff/ngff-layout.ts";
import type { LegacyBundle } from "../../folder/bundle.ts";
import { STORED_SIDECAR } from "../../formats/acqstore/acqstore-manifest.ts";
import { parseLegacyJson, presentMember } from "../../formats/json/legacy-json.ts";
import { withoutNonFinite } from "../../formats/json/without-non-finite.ts";
import { parseSidecar } from "../../formats/parse-sidecar.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { acqstoreJsonFormat } from "../../formats/sidecars/acqstore-json-format.ts";
import { storeArtifact } from "../ingest/store-image.ts";
import { readSidecars } from "../read/read-sidecars.ts";
import { hashArtifact } from "../update/hash-artifact.ts";
import { storeMetadata } from "../update/update-record.ts";
import type { KymImage } from "./read-kym-folder.ts";

/**
 * Takes what changed beside the pixels in the folder of acqstore: the artifacts that are made of the changed files replace those of the
 * image, and the files are kept.
 */
export async function takeAcqstore(
  record: ZarrImageRecord,
  bundle: LegacyBundle,
  kym: KymImage,
  {
    formats,
    signal,
  }: { readonly formats: readonly SidecarFormat[]; readonly signal: AbortSignal | undefined },
): Promise<readonly string[]> {
  const { image, pixelsSha256, changed } = kym;
  const { relPath: group } = bundle.image;
  const isChanged = (relPath: string): boolean =>
    changed.some((path) => relPath === `${group}/${path}` || `${group}/${path}`.startsWith(`${relPath}/`));
  const isOfAcqstore = (relPath: string): boolean => relPath !== `${group}/${ZARR_NODE_NAME}`;
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
  const fields = isChanged(`${group}/${STORED_SIDECAR}`)
    ? await takeMetadata(record, kym, content, { formats, group })
    : [];
  const document = sidecars.find(({ file }) => file.relPath === `${group}/${STORED_SIDECAR}`);
  const areKnown = document !== undefined && areAnalysesKnown(document.parsed.bytes, kym);
  const hashes = await record.objectHashes();
  for (const artifact of content.artifacts) {
    // What was measured stays as it is where only ROIs or other words of the document changed.
    const isAnalysis = areKnown && artifact.kind !== "attachment" && !OF_DOCUMENT.has(artifact.name);
    const from = artifact.from.filter((path) => !isAnalysis || path !== `${group}/${STORED_SIDECAR}`);
    const isOfChange = from.some((path) => isOfAcqstore(path) && isChanged(path));
    if (artifact.name === ARTIFACTS.metadata || !isOfChange) {
      continue;
    }
    const sha256 = await hashArtifact(artifact);
    if (sha256 === undefined || hashes.get(artifactKey(artifact)) !== sha256) {
      await storeArtifact(record, artifact);
      taken.push(artifact.kind === "attachment" ? `the file ${artifact.name}` : artifact.name);
    }
  }
  return [
    ...(fields.length === 0 ? [] : [`${STORED_SIDECAR}: taken: ${fields.map(wordsOfField).join(", ")}`]),
    ...(taken.length === 0
      ? []
      : [`taken from the changed files of acqstore: ${[...new Set(taken)].join(", ")}`]),
    ...content.notes.filter(({ path }) => isChanged(path)).map(({ path, reason }) => `${path}: ${reason}`),
  ];
}

/** What the document says besides ROIs, experiment and analyses. */
const OF_DOCUMENT: ReadonlySet<string> = new Set([ARTIFACTS.acqstoreContrast, ARTIFACTS.acqstoreScanPath]);

/** Whether every analysis of a document is in one that the image came with, word for word. */
function areAnalysesKnown(document: Uint8Array, { objects }: KymImage): boolean {
  const known = new Set(
    [...objects].flatMap(([key, bytes]) =>
      imagePartOf(key)?.kind === "attachment" && key.endsWith(".json") ? analysesIn(bytes) : [],
    ),
  );
  return analysesIn(document).every((analysis) => known.has(analysis));
}

function analysesIn(document: Uint8Array): readonly string[] {
  try {
    const list = presentMember(parseLegacyJson(document, STORED_SIDECAR), "analysis");
    return list?.kind === "array" ? list.items.map((item) => canonicalJson(withoutNonFinite(item))) : [];
  } catch (error) {
    if (!isLegacyIoError(error)) {
      throw error;
    }
    return [];
  }
}

/**
 * Takes into the metadata what differs between acqstore's document as it was exported, which is made again, and as it is now. What the
 * document cannot say stays. Returns the names of the fields.
 */
async function takeMetadata(
  record: ZarrImageRecord,
  { image, manifest, objects, pixelsSha256 }: KymImage,
  now: SidecarArtifacts,
  { formats, group }: { readonly formats: readonly SidecarFormat[]; readonly group: string },
): Promise<readonly string[]> {
  const ours = await loadMetadataText(record);
  const format = formats.find(({ name }) => name === acqstoreJsonFormat.name);
  const exported = objects.get(METADATA_KEY);
  const theirs = metadataOf(now);
  if (ours === undefined || format === undefined || exported === undefined || theirs === undefined) {
    return [];
  }
  const metadata = new TextDecoder().decode(exported);
  const axes = manifest.pixels.axes ?? image.shape.map((_, axis) => `a${axis}`);
  const layout = ngffLayout(axes, planeScales(metadata, axes.length));
  const { files } = acqstoreFiles({
    ...{ axes: layout.axes, shape: layout.order.map((axis) => image.shape[axis] ?? 1), dtype: image.dtype },
    ...{ fileName: "", metadata, document: undefined, tables: new Map() },
    ...{ contrast: undefined, reference: undefined },
  });
  const made = files.find(({ path }) => path === STORED_SIDECAR);
  if (made === undefined) {
    return [];
  }
  const bytes = new Uint8Array(made.bytes);
  const relPath = `${group}/${STORED_SIDECAR}`;
  const content = await parseSidecar(format, bytes, {
    relPath,
    artifact: "",
    gunzip: async (packed) => packed,
  });
  const then = await artifactsOfSidecars({
    ...{ shape: image.shape, axes, pixelsSha256 },
    tiff: { relPath: group, scales: image.shape.map(() => null), isTurned: false },
    sidecars: [{ relPath, fileName: "acq_image.json", bytes, content }],
  });
  const before = metadataOf(then);
  const fields = before === undefined ? [] : metadataChanges(before, theirs).map(({ field }) => field);
  const text = resolveMetadata(ours, theirs, new Map(fields.map((field) => [field, "theirs"])));
  if (text !== ours) {
    await storeMetadata(record, text);
  }
  return text === ours ? [] : fields;
}

function metadataOf({ artifacts }: SidecarArtifacts): string | undefined {
  const found = artifacts.find(({ kind, name }) => kind === "json" && name === ARTIFACTS.metadata);
  return found?.kind === "json" ? found.text : undefined;
}

const METADATA_KEY = imagePartKey({ kind: "json", name: ARTIFACTS.metadata });
