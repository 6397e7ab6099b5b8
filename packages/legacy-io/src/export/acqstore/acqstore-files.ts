// Decides the files below `acqstore/` of an image's native store, and what they leave out.

import { type Experiment, type KymMetadata, parseMetadata } from "@kym/kym-schema";
import { EXPERIMENT_KEYS } from "@kym/kym-schema/keys";
import { isZarrStoreError } from "@kym/zarr-store";
import { getMember, type JsonNode, nodeOf } from "@kym/zarr-store/json";
import {
  type AcqstoreImageFacts,
  acqstoreDate,
  acqstorePixels,
  acqstoreSteps,
  headerMetadata,
} from "./acqstore-header.ts";
import { encodeAcqstoreJson } from "./acqstore-json.ts";
import { analysisId, type KeptAnalysis, keptAnalyses } from "./kept-analyses.ts";
import { peaksTable } from "./peaks-table.ts";
import { tableOfRoi } from "./split-table.ts";
import { writeAcqstoreRois } from "./write-acqstore-rois.ts";

/** What an image has that acqstore's files are made of. */
export interface AcqstoreParts extends AcqstoreImageFacts {
  /** The name that people know the image by. */
  readonly fileName: string;
  /** The text of the artifact `metadata`; undefined without one that can be read. */
  readonly metadata: string | undefined;
  /** acqstore's own document that came with the image, unchanged. */
  readonly document: JsonNode | undefined;
  /** The tables that came with it, by file name: those beside a TIFF, by analysis, and those of a store, by analysis and ROI. */
  readonly tables: ReadonlyMap<string, Uint8Array>;
  /** The artifacts of acqstore's contrast and reference. */
  readonly contrast: JsonNode | undefined;
  readonly reference: JsonNode | undefined;
  /** The folder that has the image of the reference; undefined without one. */
  readonly referenceFolder?: string | undefined;
}

/** The files of `acqstore/`, by path from the image's group, and what belongs in the group's attributes. */
export interface AcqstoreFiles {
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Sentences. */
  readonly notes: readonly string[];
}

const FOLDER = "acqstore";
const SIDECAR = `${FOLDER}/acq_image.json`;
const MANIFEST = `${FOLDER}/manifest.json`;
const SIDECAR_VERSION = 2;
const MANIFEST_VERSION = 2;
/** The analyses that have a table. */
const WITH_TABLE: ReadonlySet<string> = new Set(["radon_velocity", "diameter", "sum_intensity"]);
const WITH_PEAKS = "sum_intensity";

/** Makes the files. Pure. */
export function acqstoreFiles(parts: AcqstoreParts): AcqstoreFiles {
  const metadata = metadataOf(parts.metadata);
  const [height = 1, width = 1] = parts.shape.slice(-2);
  const { rois, notes: ofRois } = writeAcqstoreRois(metadata.rois, { height, width });
  const steps = acqstoreSteps(parts.axes);
  const { analyses, notes: ofAnalyses } = keptAnalyses(parts.document, rois, steps);
  const date = acqstoreDate(metadata.header);
  const sidecar = {
    version: SIDECAR_VERSION,
    accepted: metadata.accepted,
    rois,
    experiment_metadata: experimentOf(metadata.experiment),
    image_header_metadata: headerMetadata(parts, date),
    analysis: analyses.map(({ node }) => node),
    image_contrast: parts.contrast ?? {},
    ...(parts.reference !== undefined && { reference_image_metadata: parts.reference }),
  };
  const listed = analyses
    .toSorted((a, b) => compareKeys(a, b))
    .map((analysis) => ({ analysis, ...filesOf(analysis, parts.tables) }));
  const manifest = {
    format: "acqstore-native-ome-zarr",
    version: MANIFEST_VERSION,
    zarr_format: 3,
    image_group: ".",
    sidecar: SIDECAR,
    ...(parts.referenceFolder !== undefined && { reference_image: parts.referenceFolder }),
    analyses: listed.map(({ analysis, table, peaks }) => ({
      id: analysisId(analysis),
      analysis_name: analysis.name,
      channel: analysis.channel,
      roi_id: analysis.roiId,
      resources: { table: table?.path ?? null, peaks: peaks?.path ?? null },
    })),
  };
  const lacking = listed.filter(
    ({ analysis, table }) => WITH_TABLE.has(analysis.name) && table === undefined,
  );
  return {
    files: [
      { path: SIDECAR, bytes: encodeAcqstoreJson(nodeOf(sidecar)) },
      { path: MANIFEST, bytes: encodeAcqstoreJson(nodeOf(manifest)) },
      ...listed.flatMap(({ table, peaks }) => [...(table ? [table] : []), ...(peaks ? [peaks] : [])]),
    ],
    attributes: { acqstore_pixels: acqstorePixels(parts, parts.fileName, date) },
    notes: [
      ...ofRois,
      ...ofAnalyses,
      ...lacking.map(
        ({ analysis }) => `${analysis.name} of ROI ${analysis.roiId} has no table: none came with the image`,
      ),
    ],
  };
}

interface AnalysisFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

function filesOf(
  analysis: KeptAnalysis,
  tables: ReadonlyMap<string, Uint8Array>,
): { readonly table: AnalysisFile | undefined; readonly peaks: AnalysisFile | undefined } {
  const id = analysisId(analysis);
  const path = (kind: string): string => [FOLDER, "analysis", `${id}.${kind}.csv`].join("/");
  const file = (kind: string, text: string | undefined): AnalysisFile | undefined => {
    const own = tables.get(`${id}.${kind}`);
    const bytes = own ?? (text === undefined ? undefined : new TextEncoder().encode(text));
    return bytes && { path: path(kind), bytes };
  };
  const beside = tables.get(analysis.name);
  return {
    table: WITH_TABLE.has(analysis.name) ? file("table", beside && tableOfRoi(beside, analysis)) : undefined,
    peaks: analysis.name === WITH_PEAKS ? file("peaks", peaksTable(summaryOf(analysis.node))) : undefined,
  };
}

function summaryOf(node: JsonNode): JsonNode | undefined {
  return node.kind === "object" ? getMember(node, "summary") : undefined;
}

function compareKeys(a: KeptAnalysis, b: KeptAnalysis): number {
  return a.name === b.name ? a.channel - b.channel || a.roiId - b.roiId : a.name < b.name ? -1 : 1;
}

function metadataOf(text: string | undefined): KymMetadata {
  try {
    return parseMetadata(text ?? "{}");
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file")) {
      return parseMetadata({});
    }
    throw error;
  }
}

/** The fields that acqstore has. A text that is not known is empty, a number is null. */
function experimentOf(experiment: Experiment): Readonly<Record<string, string | number | null>> {
  const { depth, branchOrder } = experiment;
  const { age } = experiment.extra;
  const texts = Object.entries(EXPERIMENT_KEYS).filter(([field]) => !NOT_TEXT.has(field));
  const values = new Map<string, unknown>(Object.entries(experiment));
  const textOf = (field: string): string => {
    const value = values.get(field);
    return typeof value === "string" ? value : "";
  };
  return {
    ...Object.fromEntries(texts.map(([field, key]) => [key, textOf(field)])),
    age: typeof age === "string" || typeof age === "number" || typeof age === "bigint" ? String(age) : "",
    [EXPERIMENT_KEYS.depth]: depth ?? null,
    [EXPERIMENT_KEYS.branchOrder]: branchOrder ?? null,
  };
}

/** The fields that are numbers, or that acqstore does not have. */
const NOT_TEXT: ReadonlySet<string> = new Set(["depth", "branchOrder", "animal"]);
