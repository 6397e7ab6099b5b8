// Turns everything that the files beside an image say into artifacts: which file counts, and what happens to the others.

import { ARTIFACTS, analysisRunKey, COLUMNS } from "@kym/kym-schema";
import { calibrationsOfTrace, type UsedCalibration } from "@kym/kym-schema/calibration";
import { ANALYSIS_RUN_KEYS, RADON_PARAMS_KEYS } from "@kym/kym-schema/keys";
import { geometryKey, type Roi } from "@kym/roi";
import { isZarrStoreError, tableFromRows } from "@kym/zarr-store";
import { parseLossless, plainValue, serializeLossless } from "@kym/zarr-store/json";
import { tableFromColumns } from "@kym/zarr-store/table";
import { isLegacyIoError } from "../errors.ts";
import type { FieldValues } from "../folder/paths/fields-of-path.ts";
import type { RoiAnalysis, RoiEvents } from "../formats/flow-analysis.ts";
import type { ClassicJson } from "../formats/json/classic-json.ts";
import { formatFault, isAdded } from "../formats/parse-sidecar.ts";
import type { StatedStart } from "../formats/recording-format.ts";
import type { GivenArtifact, SidecarFacts, TraceFacts } from "../formats/sidecar-format.ts";
import { velocityEventsTable } from "../formats/velocity-events.ts";
import type { StatedScales } from "../tiff/axes/stated-scales.ts";
import { acqstoreArtifacts } from "./acqstore/acqstore-artifacts.ts";
import { acqstoreTables, isOfAcqstore, sayingWithAcqstore } from "./acqstore/saying-with-acqstore.ts";
import {
  acqstoreSays,
  calibrationConflicts,
  classicSays,
  olympusSays,
  sidecarSays,
  tiffSays,
} from "./calibration-conflicts.ts";
import { completeMetadata } from "./complete-metadata.ts";
import { FOLDER_NAMES, fillExperiment } from "./experiment-fields.ts";
import { firstSaying, givenArtifacts, isUnderstood, type Said, type Understood } from "./first-saying.ts";
import type { ContentNote, ImageContent, SourcedArtifact } from "./image-content.ts";
import { metadataText } from "./image-metadata.ts";
import { attachmentOf, keepFirstSource } from "./keep-first-source.ts";
import { isNotUnderstood, type ParsedSidecar, whyOpaque } from "./parsed-sidecar.ts";
import { isOfRecording, sayingOfPrairie } from "./prairie-says.ts";
import { defined } from "./recordings/defined.ts";
import type { RecordedFacts } from "./recordings/recorded-facts.ts";
import { recordedHeader } from "./recordings/recording-says.ts";
import { referencePictures } from "./recordings/reference-pictures.ts";
import type { ImageJTags } from "./rois/imagej-tags.ts";
import { roisOfMetadata, withTakenRois } from "./rois/rois-in-metadata.ts";
import { roiFiles, takenRois } from "./rois/rois-of-files.ts";
import type { GivenRoiIds } from "./rois/take-in-rois.ts";
import { turnRoi } from "./rois/turn-roi.ts";

/** Parsed sidecars, and the facts about their image that are needed to interpret them. */
export interface SidecarParts {
  /** Shape of the pixels. */
  readonly shape: readonly number[];
  /** What the TIFF says about its axes. Default: nothing. */
  readonly tiff?: TiffFacts | undefined;
  /** The axes of the shape. Without them, the last two are the rows and the columns. */
  readonly axes?: readonly string[] | undefined;
  /** What the recording says, if the image is of one. Its steps are in `tiff`. */
  readonly recording?: RecordedFacts | undefined;
  /** What ImageJ keeps in the TIFF itself. */
  readonly tags?: ImageJTags | undefined;
  /** The ids that ROIs of files have in the dataset, asked for if a file has ROIs. Default: none was given. */
  readonly roiIds?: (() => Promise<GivenRoiIds>) | undefined;
  /** SHA-256 of the little-endian, C-order pixels. */
  readonly pixelsSha256: string;
  readonly sidecars: readonly ParsedSidecar[];
  /** What the names of the image's folders say. */
  readonly folderFields?: FieldValues | undefined;
}

/** What a TIFF says about the axes of its image. */
export interface TiffFacts {
  /** The path of the file, relative to the folder. */
  readonly relPath: string;
  /** The paths of its further channels, in order. */
  readonly otherChannels?: readonly string[] | undefined;
  readonly scales: StatedScales;
  /** True if rows and columns of the file changed places. It and the files beside it count rows and columns as the TIFF does. */
  readonly isTurned: boolean;
  /** When the TIFF says that it was recorded. */
  readonly start?: StatedStart | undefined;
}

/** Everything that the files beside an image say about it. */
export type SidecarArtifacts = Omit<ImageContent, "image" | "axes"> & {
  /** Fields that the folders name and a sidecar gives as well: its value is in the metadata. */
  readonly overruled: readonly string[];
  /** True if the XML of a recording says what the image is. What its TIFFs say of themselves then counts for nothing. */
  readonly isOfPrairie: boolean;
};

/**
 * Maps sidecars to artifacts, without the pixels: enough for an update in which only sidecars changed. Reads nothing.
 *
 * @throws LegacyIoError `invalid_argument` if an added format gives facts that cannot become artifacts.
 */
export async function artifactsOfSidecars(parts: SidecarParts): Promise<SidecarArtifacts> {
  try {
    return await composed(parts);
  } catch (error) {
    const added = parts.sidecars.flatMap(({ relPath, content }) =>
      content.kind === "understood" && isAdded(content.format) ? [{ relPath, format: content.format }] : [],
    );
    const [suspect] = added;
    if (suspect === undefined || isLegacyIoError(error) || isZarrStoreError(error)) {
      throw error;
    }
    throw formatFault(suspect.format, suspect, String(error), error);
  }
}

async function composed(parts: SidecarParts): Promise<SidecarArtifacts> {
  const { shape, tiff, sidecars, folderFields = {} } = parts;
  const notes: ContentNote[] = [];
  const understood = sidecars.filter(isUnderstood);
  const whyUnfit = new Map(
    understood.map((sidecar) => [sidecar, sidecar.content.facts.whyNotOf?.(shape)] as const),
  );
  const usable = understood.filter((sidecar) => whyUnfit.get(sidecar) === undefined);
  const header = firstSaying(usable, "header");
  const isTurned = tiff?.isTurned ?? false;
  const { acqstore, classic: joined, before: lone, notes: differences } = sayingWithAcqstore(usable, parts);
  const classic = turnedClassic(joined, isTurned);
  notes.push(...differences);
  const prairie = sayingOfPrairie(usable, tiff, shape);
  notes.push(...prairie.notes);
  const accepted = firstSaying(usable, "accepted");
  const trace = firstSaying(usable, "trace");
  const events = firstSaying(usable, "events");
  const runs = runsOfTrace(trace, usable);
  const derived = metadataText({
    shape,
    olympus: header?.said,
    classic: classic?.said,
    acqstore: acqstore?.said,
    recorded: recordedHeader(prairie.scan?.said, parts.recording, tiff?.start),
    scales: prairie.scales,
    accepted: accepted?.said ?? true,
  });
  const given = givenArtifacts(usable);
  const own = findMetadata(given, derived);
  const found = await roiFiles({ tags: parts.tags, relPath: tiff?.relPath }, usable);
  const taken = await takenRois(own?.text ?? derived, found, { ...parts, isTurned: tiff?.isTurned });
  const roiSources = new Set(
    found.flatMap(({ relPath, found: { rois: some } }) => (some.length > 0 ? [relPath] : [])),
  );
  notes.push(...taken.notes);
  const { text, overruled } = fillExperiment(withTakenRois(own?.text ?? derived, taken), folderFields);
  const metadata: SourcedArtifact = {
    kind: "json",
    name: ARTIFACTS.metadata,
    text,
    from: [
      ...(Object.keys(folderFields).length === 0 ? [] : [FOLDER_NAMES]),
      ...new Set([
        ...[own?.given, header, lone, acqstore, prairie.scan, accepted].flatMap((source) =>
          source === undefined ? [] : [source.sidecar.relPath],
        ),
        ...usable.flatMap(({ relPath }) => (roiSources.has(relPath) ? [relPath] : [])),
      ]),
    ],
  };
  const before = own === undefined ? (classic?.said.rois ?? []) : roisOfMetadata(own.text).rois;
  const rois = [...before, ...taken.rois];
  // A trace of the older application was made of the ROIs in its own file, which acqstore's may differ from.
  const ofTrace = acqstore === undefined ? rois : (turnedClassic(lone, isTurned)?.said.rois ?? rois);
  const roisFrom = (own?.given ?? lone)?.sidecar.relPath;
  const ofAcqstore = acqstoreArtifacts({
    sidecar: acqstore,
    tables: acqstoreTables(usable),
    rois,
    metadata: text,
    pixelsSha256: parts.pixelsSha256,
    isTurned,
  });
  notes.push(...ofAcqstore.notes);
  const artifacts = [
    metadata,
    ...(trace === undefined
      ? []
      : traceArtifacts(trace, runs, { rois: ofTrace, from: roisFrom }, parts.pixelsSha256)),
    ...(await eventArtifacts(events)),
    ...ofAcqstore.artifacts,
    ...prairie.artifacts,
    ...referencePictures(sidecars),
    ...given.flatMap((one) =>
      one === own?.given ? [] : [{ ...one.said, from: [one.sidecar.relPath] } satisfies SourcedArtifact],
    ),
  ];
  notes.push(
    ...calibrationConflicts([
      ...(own === undefined ? [] : [sidecarSays(own.given.sidecar.relPath, jsonOf(own.given.said))]),
      ...(acqstore === undefined ? [] : [acqstoreSays(acqstore.sidecar.relPath, acqstore.said)]),
      ...(header === undefined ? [] : [olympusSays(header.sidecar.relPath, header.said, shape)]),
      ...(lone === undefined ? [] : [classicSays(lone.sidecar.relPath, lone.said)]),
      ...prairie.steps,
      ...(tiff === undefined || prairie.scan !== undefined ? [] : [tiffSays(tiff, parts.recording)]),
    ]),
  );
  for (const { relPath, content } of understood) {
    notes.push(...(content.facts.warnings ?? []).map((reason) => ({ path: relPath, reason })));
  }
  const stored = new Set(artifacts.slice(1).flatMap(({ from }) => from));
  for (const source of own === undefined ? [lone, acqstore, header] : [own.given, header]) {
    stored.add(source?.sidecar.relPath ?? "");
  }
  for (const relPath of roiSources) {
    stored.add(relPath);
  }
  const whyUnusable = (sidecar: ParsedSidecar): string | undefined =>
    isUnderstood(sidecar) ? whyUnfit.get(sidecar) : whyOpaque(sidecar);
  for (const sidecar of sidecars) {
    if ((isOfAcqstore(sidecar) || isOfRecording(sidecar)) && whyUnusable(sidecar) === undefined) {
      artifacts.push(attachmentOf(sidecar));
      continue;
    }
    const reason =
      whyUnusable(sidecar) ??
      (isUnderstood(sidecar)
        ? whyKept(
            taken.incomplete.has(sidecar.relPath)
              ? { ...sidecar.content.facts, alsoHas: ["ROIs that could not be added"] }
              : sidecar.content.facts,
            stored.has(sidecar.relPath),
            sidecar === events?.sidecar,
          )
        : undefined);
    if (reason !== undefined && sidecar.isFolder === true) {
      const kind = isNotUnderstood(sidecar) ? ("not_understood" as const) : undefined;
      notes.push({ path: sidecar.relPath, reason: `left out: ${reason}`, ...(kind && { kind }) });
    } else if (reason !== undefined) {
      artifacts.push(attachmentOf(sidecar));
      notes.push({
        path: sidecar.relPath,
        reason: `kept as an attachment: ${reason}`,
        ...(isNotUnderstood(sidecar) && { kind: "not_understood" }),
      });
    }
  }
  return {
    artifacts: keepFirstSource(artifacts, sidecars, notes),
    notes,
    nRois: rois.length,
    overruled,
    isOfPrairie: prairie.scan !== undefined,
    unusable: sidecars.flatMap((sidecar) =>
      whyUnusable(sidecar) === undefined || sidecar.picture !== undefined ? [] : [sidecar.relPath],
    ),
  };
}

/** The classic JSON with its ROIs where they are in the turned image. Its steps are those of time and space in any case. */
export function turnedClassic(
  classic: Said<ClassicJson> | undefined,
  isTurned: boolean,
): Said<ClassicJson> | undefined {
  return classic === undefined || !isTurned
    ? classic
    : { ...classic, said: { ...classic.said, rois: classic.said.rois.map(turnRoi) } };
}

function jsonOf(given: GivenArtifact): unknown {
  return given.kind === "json" ? plainValue(parseLossless(given.text, { allowNonFinite: true })) : undefined;
}

/** Finds the sidecar `<image>.metadata.json`, which `AcqImage` writes beside a TIFF, and completes its text. */
function findMetadata(
  given: readonly Said<GivenArtifact>[],
  derived: string,
): { readonly given: Said<GivenArtifact>; readonly text: string } | undefined {
  const own = given.find(({ said }) => said.kind === "json" && said.name === ARTIFACTS.metadata);
  const text = own?.said.kind === "json" ? completeMetadata(own.said.text, derived) : undefined;
  return own === undefined || text === undefined ? undefined : { given: own, text };
}

/** Finds the file that says how the trace was made, among the formats that the trace's format names. */
function runsOfTrace(
  trace: Said<TraceFacts> | undefined,
  sidecars: readonly Understood[],
): Said<readonly RoiAnalysis[]> | undefined {
  for (const name of trace?.said.runsFrom ?? []) {
    for (const sidecar of sidecars.filter(({ content }) => content.format.name === name)) {
      return { sidecar, said: sidecar.content.facts.runs ?? [] };
    }
  }
  return undefined;
}

function traceArtifacts(
  trace: Said<TraceFacts>,
  runs: Said<readonly RoiAnalysis[]> | undefined,
  { rois, from: roisFrom }: { readonly rois: readonly Roi[]; readonly from: string | undefined },
  pixelsSha256: string,
): readonly SourcedArtifact[] {
  const { schema, columns, rowCount } = trace.said.table;
  const table: SourcedArtifact = {
    kind: "table",
    name: ARTIFACTS.radonVelocity,
    table: tableFromColumns(schema, columns, rowCount),
    schema,
    from: [trace.sidecar.relPath],
  };
  const analyses = runs?.said ?? trace.said.usualRuns ?? [];
  if (analyses.length === 0) {
    return [table];
  }
  const from = [(runs ?? trace).sidecar.relPath];
  const used = calibrationsOfTrace({
    roiId: columns[COLUMNS.roiId] ?? [],
    channel: columns[COLUMNS.channel] ?? [],
    umPerPx: columns[COLUMNS.umPerPx] ?? [],
    secondsPerLine: columns[COLUMNS.secondsPerLine] ?? [],
  });
  const calibrationFrom = used.size === 0 ? [] : [trace.sidecar.relPath];
  const params = analyses.map((run): [string, object] => [
    runKey(run),
    defined({ [RADON_PARAMS_KEYS.algorithm]: run.algorithm, [RADON_PARAMS_KEYS.windowSize]: run.windowSize }),
  ]);
  const analysis = analyses.map((run): [string, object] => [
    runKey(run),
    analysisValue(run, rois, pixelsSha256, used.get(analysisRunKey(run.roiId, run.channel))),
  ]);
  const isLocated = roisFrom !== undefined && analyses.some((run) => geometryOf(run, rois) !== undefined);
  return [
    table,
    { kind: "json", name: ARTIFACTS.radonParams, text: serializeLossless(Object.fromEntries(params)), from },
    ...(runs === undefined
      ? []
      : [
          {
            kind: "json",
            name: ARTIFACTS.radonAnalysis,
            text: serializeLossless(Object.fromEntries(analysis)),
            from: [...new Set([...from, ...(isLocated ? [roisFrom] : []), ...calibrationFrom])],
          } as const,
        ]),
  ];
}

/** Returns the geometry that was analysed; unknown if the ROI was edited after the analysis. */
function geometryOf(run: RoiAnalysis, rois: readonly Roi[]): string | undefined {
  const roi = rois.find(({ id }) => id === run.roiId);
  return roi !== undefined && roi.revision === run.roiRevisionAtAnalysis ? geometryKey(roi) : undefined;
}

/** Collects the facts that vary from run to run. */
function analysisValue(
  run: RoiAnalysis,
  rois: readonly Roi[],
  pixelsSha256: string,
  calibration: UsedCalibration | undefined,
): object {
  return {
    ...defined({
      [ANALYSIS_RUN_KEYS.channel]: run.channel,
      [ANALYSIS_RUN_KEYS.analyzedAt]: run.analyzedAt,
      [ANALYSIS_RUN_KEYS.roiRevision]: run.roiRevisionAtAnalysis,
      [ANALYSIS_RUN_KEYS.geometry]: geometryOf(run, rois),
      [ANALYSIS_RUN_KEYS.pixelsSha256]: pixelsSha256,
      [ANALYSIS_RUN_KEYS.umPerPx]: calibration?.umPerPx,
      [ANALYSIS_RUN_KEYS.secondsPerLine]: calibration?.secondsPerLine,
    }),
    ...Object.fromEntries(run.extra),
  };
}

async function eventArtifacts(
  events: Said<readonly RoiEvents[]> | undefined,
): Promise<readonly SourcedArtifact[]> {
  if (events === undefined || events.said.length === 0) {
    return [];
  }
  const { schema, rows } = await velocityEventsTable(events.said);
  return [
    {
      kind: "table",
      name: ARTIFACTS.events,
      table: tableFromRows(rows, schema),
      schema,
      from: [events.sidecar.relPath],
    },
  ];
}

/** Says why an understood file is also kept unchanged: nothing of it is stored, or a part would be lost. */
function whyKept(facts: SidecarFacts, isStored: boolean, hasItsEventsStored: boolean): string | undefined {
  if (!isStored && facts.rois !== undefined) {
    return facts.rois.problems.length > 0 ? "its ROIs cannot be read" : "it has no ROIs";
  }
  if (!isStored) {
    const saysAny = Object.values(facts).some((fact) => fact !== undefined);
    return saysAny ? "another file says the same" : "its format reads nothing from it";
  }
  const { alsoHas = [], events = [] } = facts;
  if (alsoHas.length > 0) {
    return `it also has ${alsoHas.join(", ")}`;
  }
  return events.length > 0 && !hasItsEventsStored ? "another file has the events" : undefined;
}

function runKey({ roiId, channel }: RoiAnalysis): string {
  return channel === 1 ? String(roiId) : `${roiId}:${channel}`;
}
