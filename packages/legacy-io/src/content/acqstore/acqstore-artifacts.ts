// Joins acqstore's sidecar and tables into artifacts below `acqstore/`. The files themselves are kept as attachments.

import { ARTIFACTS, type ArtifactName, analysisRunKey, calibrationOf, parseMetadata } from "@kym/kym-schema";
import type { Roi } from "@kym/roi";
import { tableFromRows } from "@kym/zarr-store";
import { type JsonNode, serializeLossless } from "@kym/zarr-store/json";
import { tableFromColumns } from "@kym/zarr-store/table";
import type { AcqstoreAnalysis, AcqstoreAnalysisName } from "../../formats/acqstore/acqstore-analyses.ts";
import type { AcqstoreSidecar } from "../../formats/acqstore/acqstore-sidecar.ts";
import type { AcqstoreTable } from "../../formats/acqstore/acqstore-table.ts";
import { addProblems, readPiece } from "../../formats/acqstore/read-piece.ts";
import type { Said } from "../first-saying.ts";
import type { ContentNote, SourcedArtifact } from "../image-content.ts";
import { type EventRows, eventRows, NO_EVENTS } from "./acqstore-events.ts";
import { NO_PEAKS, peakRows } from "./acqstore-peaks.ts";
import { type AnalysedImage, algorithmOf, runsOf } from "./acqstore-runs.ts";
import { diameterTable, type PlacedTable, sumIntensityTable, velocityTable } from "./placed-tables.ts";
import { RECIPROCAL } from "./said-once.ts";
import type { SaidTable } from "./saying-with-acqstore.ts";

/** What the artifacts are made from. */
export interface AcqstoreParts {
  readonly sidecar: Said<AcqstoreSidecar> | undefined;
  readonly tables: readonly SaidTable[];
  /** The ROIs of the image, as its metadata have them. */
  readonly rois: readonly Roi[];
  /** The text of the image's metadata, whose calibration counts. */
  readonly metadata: string;
  readonly pixelsSha256: string;
  /** True if rows and columns of the TIFF changed places: what acqstore measured is then along the other axis. */
  readonly isTurned: boolean;
}

export interface AcqstoreArtifacts {
  readonly artifacts: readonly SourcedArtifact[];
  readonly notes: readonly ContentNote[];
}

/** Makes the artifacts. A piece that is wrong is named, and the others are made. */
export function acqstoreArtifacts(parts: AcqstoreParts): AcqstoreArtifacts {
  const { sidecar, tables } = parts;
  if (sidecar === undefined && tables.length === 0) {
    return { artifacts: [], notes: [] };
  }
  if (parts.isTurned) {
    const reason = "rows and columns of the TIFF changed places: acqstore's analyses stay in the kept files";
    const paths = [sidecar, ...tables].flatMap((one) => (one === undefined ? [] : [one.sidecar.relPath]));
    return { artifacts: ofSidecar(sidecar), notes: paths.map((path) => ({ path, reason })) };
  }
  const image = imageOf(parts);
  const analyses = sidecar?.said.analyses ?? [];
  const problems: string[] = [];
  const ofRows = rowArtifacts(sidecar, analyses, image, problems);
  const ofTables = tables.flatMap((table) => tableArtifacts(table, sidecar, image, problems));
  const runs = RUNS_OF.flatMap(([analysis, name]) =>
    runsArtifact(sidecar, analyses, { analysis, name, image, problems }),
  );
  const notes: ContentNote[] = [];
  const path = (sidecar ?? tables[0])?.sidecar.relPath ?? "";
  const told: string[] = [];
  addProblems(told, problems, "pieces");
  notes.push(...told.map((reason) => ({ path, reason })));
  notes.push(...tables.flatMap((table) => notesOfTable(table, image)));
  notes.push(...missingTables(sidecar, analyses, tables));
  return { artifacts: [...ofTables, ...ofRows, ...runs, ...ofSidecar(sidecar)], notes };
}

/** The analyses whose runs are kept, and the artifact beside which they stand. */
const RUNS_OF: readonly (readonly [AcqstoreAnalysisName, ArtifactName])[] = [
  ["radon_velocity", ARTIFACTS.acqstoreVelocity],
  ["event", ARTIFACTS.acqstoreEvents],
  ["diameter", ARTIFACTS.acqstoreDiameter],
  ["sum_intensity", ARTIFACTS.acqstoreSumIntensity],
  ["heart_rate", ARTIFACTS.acqstoreHeartRate],
];

function imageOf({ sidecar, rois, metadata, pixelsSha256 }: AcqstoreParts): AnalysedImage {
  const { umPerPx, secondsPerLine } = calibrationOf(parseMetadata(metadata).header);
  return {
    rois: new Map(rois.map((roi) => [roi.id, roi])),
    places: new Map((sidecar?.said.rois ?? []).map((one) => [one.roi.id, one])),
    pixelsSha256,
    umPerPx: umPerPx ?? undefined,
    secondsPerLine: secondsPerLine ?? undefined,
  };
}

/** Contrast and scan path, as acqstore has them. */
function ofSidecar(sidecar: Said<AcqstoreSidecar> | undefined): readonly SourcedArtifact[] {
  if (sidecar === undefined) {
    return [];
  }
  const { contrast, scanPath } = sidecar.said;
  return [
    ...jsonArtifact(ARTIFACTS.acqstoreContrast, contrast, [sidecar.sidecar.relPath]),
    ...jsonArtifact(ARTIFACTS.acqstoreScanPath, scanPath, [sidecar.sidecar.relPath]),
  ];
}

function jsonArtifact(
  name: string,
  node: JsonNode | undefined,
  from: readonly string[],
): readonly SourcedArtifact[] {
  return node === undefined ? [] : [{ kind: "json", name, text: serializeLossless(node), from }];
}

/** Events and peaks, which stand in the sidecar itself. */
function rowArtifacts(
  sidecar: Said<AcqstoreSidecar> | undefined,
  analyses: readonly AcqstoreAnalysis[],
  image: AnalysedImage,
  problems: string[],
): readonly SourcedArtifact[] {
  if (sidecar === undefined) {
    return [];
  }
  const from = [sidecar.sidecar.relPath];
  const joined = (
    analysis: AcqstoreAnalysisName,
    name: string,
    none: EventRows,
    rowsOf: (one: AcqstoreAnalysis, image: AnalysedImage) => EventRows,
  ): readonly SourcedArtifact[] => {
    const read = analyses
      .filter((one) => one.name === analysis)
      .flatMap((one) => readPiece(problems, () => rowsOf(one, image)) ?? []);
    const rows = read.flatMap((one) => one.rows);
    const { schema } = none;
    return read.length === 0
      ? []
      : [{ kind: "table", name, table: tableFromRows(rows, schema), schema, from }];
  };
  return [
    ...joined("event", ARTIFACTS.acqstoreEvents, NO_EVENTS, eventRows),
    ...joined("sum_intensity", ARTIFACTS.acqstorePeaks, NO_PEAKS, peakRows),
  ];
}

function tableArtifacts(
  table: SaidTable,
  sidecar: Said<AcqstoreSidecar> | undefined,
  image: AnalysedImage,
  problems: string[],
): readonly SourcedArtifact[] {
  const [name, make] = PLACED[table.said.name];
  const algorithms = new Map(
    (sidecar?.said.analyses ?? [])
      .filter((one) => one.name === table.said.name)
      .map((one) => [analysisRunKey(one.roiId, one.channel), algorithmOf(one)]),
  );
  const placed = readPiece(problems, () => make(table.said, image, algorithms));
  return placed === undefined
    ? []
    : [
        {
          kind: "table",
          name,
          table: tableFromColumns(placed.schema, placed.columns, placed.rowCount),
          schema: placed.schema,
          from: pathsOf(table, sidecar),
        },
      ];
}

type MakeTable = (
  file: AcqstoreTable,
  image: AnalysedImage,
  algorithms: ReadonlyMap<string, string>,
) => PlacedTable;

const PLACED: Readonly<Record<AcqstoreTable["name"], readonly [ArtifactName, MakeTable]>> = {
  radon_velocity: [ARTIFACTS.acqstoreVelocity, velocityTable],
  diameter: [ARTIFACTS.acqstoreDiameter, diameterTable],
  sum_intensity: [ARTIFACTS.acqstoreSumIntensity, sumIntensityTable],
};

function pathsOf(table: SaidTable, sidecar: Said<AcqstoreSidecar> | undefined): readonly string[] {
  return [...table.paths, ...(sidecar === undefined ? [] : [sidecar.sidecar.relPath])];
}

function runsArtifact(
  sidecar: Said<AcqstoreSidecar> | undefined,
  analyses: readonly AcqstoreAnalysis[],
  {
    analysis,
    name,
    image,
    problems,
  }: {
    readonly analysis: AcqstoreAnalysisName;
    readonly name: string;
    readonly image: AnalysedImage;
    readonly problems: string[];
  },
): readonly SourcedArtifact[] {
  if (sidecar === undefined || !analyses.some((one) => one.name === analysis)) {
    return [];
  }
  const node = readPiece(problems, () => runsOf(analysis, analyses, image));
  return jsonArtifact(name, node, [sidecar.sidecar.relPath]);
}

/** What is worth knowing of a table: that its velocities are others, and rows that nothing says the place of. */
function notesOfTable({ sidecar, said }: Said<AcqstoreTable>, image: AnalysedImage): readonly ContentNote[] {
  const path = sidecar.relPath;
  const lost = [...new Set(said.roiIds)].filter((id) => !image.places.has(id));
  const MOST = 10;
  const ids = `${lost.slice(0, MOST).join(", ")}${lost.length > MOST ? ` and ${lost.length - MOST} more` : ""}`;
  const { umPerPx, secondsPerLine } = image;
  const isVelocity = said.name === "radon_velocity" && said.table.rowCount > 0;
  return [
    ...(isVelocity ? [{ path, reason: RECIPROCAL }] : []),
    ...(isVelocity && (umPerPx === undefined || secondsPerLine === undefined)
      ? [{ path, reason: "the image is not calibrated, so it has angles and no velocities" }]
      : []),
    ...(lost.length === 0
      ? []
      : [{ path, reason: `no sidecar says where ROI ${ids} lies: its times and lines are left out` }]),
  ];
}

/** Says which analyses have no table beside the image. */
function missingTables(
  sidecar: Said<AcqstoreSidecar> | undefined,
  analyses: readonly AcqstoreAnalysis[],
  tables: readonly Said<AcqstoreTable>[],
): readonly ContentNote[] {
  const there = new Map(
    tables.map(({ said }) => [
      said.name as string,
      new Set(said.roiIds.map((roiId, row) => analysisRunKey(roiId, said.channels[row] ?? 1))),
    ]),
  );
  return analyses.flatMap(({ name, roiId, channel }): readonly ContentNote[] => {
    const hasTable = name in PLACED;
    const isThere = there.get(name)?.has(analysisRunKey(roiId, channel)) === true;
    return hasTable && !isThere && sidecar !== undefined
      ? [
          {
            path: sidecar.sidecar.relPath,
            reason: `${name} of ROI ${roiId}: no table beside the image has its rows`,
          },
        ]
      : [];
  });
}
