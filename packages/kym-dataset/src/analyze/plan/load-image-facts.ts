// Reads what a plan needs to know of an image: its ROIs, calibration, size, and what was computed before. Reads no pixels.

import { ARTIFACTS, calibrationOf, isKymSchemaError, loadMetadataText, parseMetadata } from "@kym/kym-schema";
import { type FlowRuns, parseFlowRuns } from "@kym/kym-schema/flow";
import { isZarrStoreError, type ReadOptions, type ZarrImageRecord } from "@kym/zarr-store";
import { isPixelKey } from "@kym/zarr-store/layout";
import { KymDatasetError } from "../../errors.ts";
import { axisRoles, extentOf } from "../../image/plane-selection.ts";
import {
  artifactKeys,
  findArtifact,
  jsonArtifact,
  type ObjectHashes,
  tableArtifact,
} from "../../indexer/artifact-ref.ts";
import { pixelsHash } from "../../indexer/pixels-hash.ts";
import { ANALYSIS_ARTIFACTS, ANALYSIS_KINDS, type AnalysisKind } from "../compute/analysis-kind.ts";
import type { ImageFacts } from "./plan-image.ts";

/**
 * Reads the facts of an image.
 *
 * @throws {KymDatasetError} `invalid_metadata` if the ROIs are not a list, `invalid_argument` for an image without a plane
 * @throws {ZarrStoreError} `not_found`, `invalid_file`, `integrity`
 */
export async function loadImageFacts(
  record: ZarrImageRecord,
  options: ReadOptions = {},
): Promise<ImageFacts> {
  const hashes = await record.objectHashes();
  const info = await record.asPixelStore().describe(options);
  const text = await loadMetadataText(record, options);
  const metadata = parseMetadata(text ?? "{}");
  const fault = metadata.problems.find(({ path }) => path === "$.rois" || path === "$");
  if (fault !== undefined) {
    throw new KymDatasetError("invalid_metadata", fault.message, { path: fault.path });
  }
  const roles = axisRoles(info);
  const time = info.axes.indexOf("t");
  return {
    extent: extentOf(info),
    isLineScan: time < 0 || time === roles.plane[0],
    rois: metadata.rois,
    unreadRois: metadata.problems.filter(({ path }) => /^\$\.rois\[\d+\]$/.test(path)).length,
    roiIdHighWaterMark: metadata.roiIdHighWaterMark,
    calibration: calibrationOf(metadata.header),
    pixelsSha256: await pixelsHash(record, hashes, options),
    stored: await loadStoredRuns(record, hashes, options),
  };
}

/** The objects of an image on which its analyses depend, and the results themselves, by key. */
export function analysedObjects(hashes: ObjectHashes): ObjectHashes {
  const results = new Set(
    ANALYSIS_KINDS.flatMap((kind) => {
      const name = ANALYSIS_ARTIFACTS[kind];
      return [jsonArtifact(name), ...tableArtifact(name)].flatMap(artifactKeys);
    }),
  );
  const metadata = new Set(artifactKeys(jsonArtifact(ARTIFACTS.metadata)));
  return new Map(
    [...hashes].filter(([key]) => isPixelKey(key) || results.has(key) || metadata.has(key)).sort(),
  );
}

/** Results whose JSON or table is missing or cannot be read count as none, and are computed again. */
async function loadStoredRuns(
  record: ZarrImageRecord,
  hashes: ObjectHashes,
  options: ReadOptions,
): Promise<ReadonlyMap<AnalysisKind, FlowRuns>> {
  const stored = new Map<AnalysisKind, FlowRuns>();
  for (const kind of ANALYSIS_KINDS) {
    const name = ANALYSIS_ARTIFACTS[kind];
    const isWhole =
      findArtifact([jsonArtifact(name)], hashes) !== undefined &&
      findArtifact(tableArtifact(name), hashes) !== undefined;
    if (isWhole) {
      const runs = await readRuns(record, name, options);
      if (runs !== undefined) {
        stored.set(kind, runs);
      }
    }
  }
  return stored;
}

async function readRuns(
  record: ZarrImageRecord,
  name: string,
  options: ReadOptions,
): Promise<FlowRuns | undefined> {
  try {
    return parseFlowRuns(await record.loadJson(name, options), name);
  } catch (error) {
    if (isKymSchemaError(error, "invalid_metadata") || isZarrStoreError(error, "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}
