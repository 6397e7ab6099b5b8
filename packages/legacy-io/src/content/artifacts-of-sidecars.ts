import { geometryKey, type Roi } from "@kym/roi";
import { type NdArray, serializeLossless, tableFromColumns, tableFromRows } from "@kym/zarr-store";
import type { RoiAnalysis, RoiEvents } from "../formats/flow-analysis.ts";
import { velocityEventsTable } from "../formats/velocity-events.ts";
import type { ImageContent, SourcedArtifact } from "./image-content.ts";
import { calibrationConflict, isHeaderOf, metadataText } from "./image-metadata.ts";
import { attachmentOf, keepFirstSource } from "./keep-first-source.ts";
import { mergeMetadata, roisOfMetadata } from "./merge-metadata.ts";
import type { ParsedSidecar, SidecarMeaning } from "./parsed-sidecar.ts";

/** Sidecars, and what has to be known about the image that they belong to. */
export interface SidecarParts {
  /** Of the pixels. */
  readonly shape: readonly number[];
  /** SHA-256 of the little-endian, C-order pixels. */
  readonly pixelsSha256: string;
  readonly sidecars: readonly ParsedSidecar[];
}

export interface BundleParts extends Omit<SidecarParts, "shape"> {
  readonly image: NdArray;
  readonly axes: readonly string[];
}

/** What the files beside an image say about it. */
export type SidecarArtifacts = Omit<ImageContent, "image" | "axes">;

/** The traces by precedence: what comes later is shadowed. Design §6. */
const TRACE_KINDS = ["radon_csv", "kymanalysis_csv", "v0_csv"] as const;
const V0_ALGORITHM = "mpRadon_v0";
const V0_WINDOW_LINES = 16;

/** Maps a lab's files to the names and schemas of artifacts: design §6. Reads nothing. */
export async function contentOfBundle({ image, axes, ...parts }: BundleParts): Promise<ImageContent> {
  return { image, axes, ...(await artifactsOfSidecars({ ...parts, shape: image.shape })) };
}

/** The same without the pixels: what a change beside an image is. Reads nothing. */
export async function artifactsOfSidecars(parts: SidecarParts): Promise<SidecarArtifacts> {
  const { shape, sidecars } = parts;
  const notes: { path: string; reason: string }[] = [];
  const find = <K extends SidecarMeaning["kind"]>(kind: K): Found<K> | undefined => findKind(sidecars, kind);
  const foundHeader = find("olympus_header");
  const header =
    foundHeader !== undefined && isHeaderOf(foundHeader.content.header, shape) ? foundHeader : undefined;
  const classic = find("classic_json");
  const trace = TRACE_KINDS.map(find).find((found) => found !== undefined);
  const runs = analysisOfTrace(trace, find);
  const events = find("events_json") ?? withEvents(find("kymanalysis_json"));
  const accepted = acceptedOf(classic, find);
  const derived = metadataText({
    shape,
    olympus: header?.content.header,
    classic: classic?.content.classic,
    accepted: accepted?.value ?? true,
  });
  const own = findMetadata(sidecars, derived);
  const metadata: SourcedArtifact = {
    kind: "json",
    name: "metadata",
    text: own?.text ?? derived,
    from: [
      ...new Set(
        [own?.sidecar, header, classic, accepted].flatMap((source) =>
          source === undefined ? [] : [source.relPath],
        ),
      ),
    ],
  };
  const rois = own === undefined ? (classic?.content.classic.rois ?? []) : roisOfMetadata(own.text);
  const artifacts = [
    metadata,
    ...(trace === undefined
      ? []
      : traceArtifacts(trace, runs, { rois, from: (own?.sidecar ?? classic)?.relPath }, parts.pixelsSha256)),
    ...(await eventArtifacts(events)),
    ...typedFirst(sidecars).flatMap((sidecar) => (sidecar === own?.sidecar ? [] : namedArtifact(sidecar))),
  ];
  const conflict = header && classic && calibrationConflict(header.content.header, classic.content.classic);
  if (classic !== undefined && conflict !== undefined) {
    notes.push({ path: classic.relPath, reason: conflict });
  }
  for (const { relPath, content } of sidecars) {
    notes.push(...notesOf(content).map((reason) => ({ path: relPath, reason })));
  }
  const stored = new Set(artifacts.slice(1).flatMap(({ from }) => from));
  for (const source of [own?.sidecar ?? classic, header]) {
    stored.add(source?.relPath ?? "");
  }
  const isUnusable = (sidecar: ParsedSidecar): boolean =>
    sidecar.content.kind === "opaque" || (sidecar === foundHeader && header === undefined);
  for (const sidecar of sidecars) {
    const reason = stored.has(sidecar.relPath)
      ? whyKeptBeside(sidecar.content, sidecar === events)
      : whyKept(sidecar.content, isUnusable(sidecar));
    if (reason !== undefined) {
      artifacts.push(attachmentOf(sidecar));
      notes.push({ path: sidecar.relPath, reason: `kept as an attachment: ${reason}` });
    }
  }
  return {
    artifacts: keepFirstSource(artifacts, sidecars, notes),
    notes,
    nRois: rois.length,
    unusable: sidecars.filter(isUnusable).map(({ relPath }) => relPath),
  };
}

/** Metadata under the artifact's own name, as `AcqImage` keeps them beside a TIFF, and the text that they make. */
function findMetadata(
  sidecars: readonly ParsedSidecar[],
  derived: string,
): { readonly sidecar: ParsedSidecar; readonly text: string } | undefined {
  const sidecar = sidecars.find(
    ({ content }) => content.kind === "json_artifact" && content.name === "metadata",
  );
  const text =
    sidecar?.content.kind === "json_artifact" ? mergeMetadata(sidecar.content.text, derived) : undefined;
  return sidecar === undefined || text === undefined ? undefined : { sidecar, text };
}

type Found<K extends SidecarMeaning["kind"]> = ParsedSidecar & {
  readonly content: Extract<SidecarMeaning, { readonly kind: K }>;
};

function findKind<K extends SidecarMeaning["kind"]>(
  sidecars: readonly ParsedSidecar[],
  kind: K,
): Found<K> | undefined {
  return sidecars.find((sidecar): sidecar is Found<K> => sidecar.content.kind === kind);
}

type FindJson = (
  kind: "radon_json" | "kymanalysis_json" | "events_json",
) => Found<"radon_json" | "kymanalysis_json" | "events_json"> | undefined;
type TraceSidecar = Found<(typeof TRACE_KINDS)[number]>;
type AnalysisSidecar = Found<"radon_json" | "kymanalysis_json" | "events_json">;

/** The JSON that says how the trace was made; the oldest form has none. */
function analysisOfTrace(trace: TraceSidecar | undefined, find: FindJson): AnalysisSidecar | undefined {
  switch (trace?.content.kind) {
    case "radon_csv":
      return find("radon_json") ?? find("kymanalysis_json");
    case "kymanalysis_csv":
      return find("kymanalysis_json") ?? find("radon_json");
    default:
      return undefined;
  }
}

function withEvents(sidecar: AnalysisSidecar | undefined): AnalysisSidecar | undefined {
  return sidecar?.content.analysis.events === undefined ? undefined : sidecar;
}

function acceptedOf(
  classic: Found<"classic_json"> | undefined,
  find: FindJson,
): { readonly value: boolean; readonly relPath: string } | undefined {
  if (classic?.content.classic.accepted !== undefined) {
    return { value: classic.content.classic.accepted, relPath: classic.relPath };
  }
  for (const sidecar of [find("kymanalysis_json"), find("events_json")]) {
    const value = sidecar?.content.analysis.accepted;
    if (sidecar !== undefined && value !== undefined) {
      return { value, relPath: sidecar.relPath };
    }
  }
  return undefined;
}

function traceArtifacts(
  trace: TraceSidecar,
  runs: AnalysisSidecar | undefined,
  { rois, from: roisFrom }: { readonly rois: readonly Roi[]; readonly from: string | undefined },
  pixelsSha256: string,
): readonly SourcedArtifact[] {
  const { schema, columns, rowCount } = trace.content.trace;
  const table: SourcedArtifact = {
    kind: "table",
    name: "radon/velocity",
    table: tableFromColumns(schema, columns, rowCount),
    schema,
    from: [trace.relPath],
  };
  const isV0 = trace.content.kind === "v0_csv";
  const analyses = isV0 ? [V0_ANALYSIS] : (runs?.content.analysis.analyses ?? []);
  if (analyses.length === 0) {
    return [table];
  }
  const from = [runs?.relPath ?? trace.relPath];
  const params = analyses.map((run): [string, object] => [
    runKey(run),
    defined({ algorithm: run.algorithm, window_size: run.windowSize }),
  ]);
  const analysis = analyses.map((run): [string, object] => [
    runKey(run),
    analysisValue(run, rois, pixelsSha256),
  ]);
  const isLocated = roisFrom !== undefined && analyses.some((run) => geometryOf(run, rois) !== undefined);
  return [
    table,
    { kind: "json", name: "radon/params", text: serializeLossless(Object.fromEntries(params)), from },
    ...(isV0
      ? []
      : [
          {
            kind: "json",
            name: "radon/analysis",
            text: serializeLossless(Object.fromEntries(analysis)),
            from: isLocated ? [...from, roisFrom] : from,
          } as const,
        ]),
  ];
}

const V0_ANALYSIS: RoiAnalysis = {
  roiId: 1,
  channel: 1,
  algorithm: V0_ALGORITHM,
  windowSize: V0_WINDOW_LINES,
  analyzedAt: undefined,
  roiRevisionAtAnalysis: undefined,
  extra: new Map(),
};

/** Known only as long as the ROI was not edited since. */
function geometryOf(run: RoiAnalysis, rois: readonly Roi[]): string | undefined {
  const roi = rois.find(({ id }) => id === run.roiId);
  return roi !== undefined && roi.revision === run.roiRevisionAtAnalysis ? geometryKey(roi) : undefined;
}

/** What varies from run to run. */
function analysisValue(run: RoiAnalysis, rois: readonly Roi[], pixelsSha256: string): object {
  return {
    ...defined({
      channel: run.channel,
      analyzed_at: run.analyzedAt,
      roi_revision_at_analysis: run.roiRevisionAtAnalysis,
      geometry: geometryOf(run, rois),
      pixels_sha256: pixelsSha256,
    }),
    ...Object.fromEntries(run.extra),
  };
}

async function eventArtifacts(events: AnalysisSidecar | undefined): Promise<readonly SourcedArtifact[]> {
  const runs: readonly RoiEvents[] = events?.content.analysis.events ?? [];
  if (events === undefined || runs.length === 0) {
    return [];
  }
  const { schema, rows } = await velocityEventsTable(runs);
  return [
    {
      kind: "table",
      name: "velocity_events/events",
      table: tableFromRows(rows, schema),
      schema,
      from: [events.relPath],
    },
  ];
}

/** Of a table in two files the one whose format has types counts, as in `SidecarArtifactStore`. */
function typedFirst(sidecars: readonly ParsedSidecar[]): readonly ParsedSidecar[] {
  const isTyped = ({ content }: ParsedSidecar): boolean => content.kind === "parquet_artifact";
  return sidecars.toSorted((a, b) => Number(isTyped(b)) - Number(isTyped(a)));
}

function namedArtifact({ relPath, content }: ParsedSidecar): readonly SourcedArtifact[] {
  const from = [relPath];
  switch (content.kind) {
    case "json_artifact":
      return [{ kind: "json", name: content.name, text: content.text, from }];
    case "table_artifact": {
      const { schema, columns, rowCount } = content.table;
      return [
        {
          kind: "table",
          name: content.name,
          table: tableFromColumns(schema, columns, rowCount),
          schema,
          from,
        },
      ];
    }
    case "parquet_artifact":
      return [content.artifact];
    case "array_artifact":
      return [{ kind: "array", name: content.name, array: content.array, from }];
    default:
      return [];
  }
}

function notesOf(content: SidecarMeaning): readonly string[] {
  switch (content.kind) {
    case "olympus_header":
      return content.header.warnings;
    case "classic_json":
      return [...content.classic.warnings, ...content.classic.rejectedRois.map(({ reason }) => reason)];
    case "radon_json":
    case "kymanalysis_json":
    case "events_json":
      return content.analysis.warnings;
    default:
      return [];
  }
}

function whyKept(content: SidecarMeaning, isUnusable: boolean): string {
  if (content.kind === "opaque") {
    return content.reason;
  }
  if (content.kind === "olympus_header" && isUnusable) {
    const { linesPerImage, pxPerLine } = content.header;
    return `it is the header of an image of ${linesPerImage} × ${pxPerLine}, not of this one`;
  }
  return "another file says the same";
}

/** A file of which a part is stored, and a part would be lost. */
function whyKeptBeside(content: SidecarMeaning, hasItsEventsStored: boolean): string | undefined {
  switch (content.kind) {
    case "radon_json":
    case "kymanalysis_json":
    case "events_json": {
      const { events = [], extra } = content.analysis;
      if (extra.size > 0) {
        return `it also has ${[...extra.keys()].join(", ")}`;
      }
      return events.length > 0 && !hasItsEventsStored ? "another file has the events" : undefined;
    }
    default:
      return undefined;
  }
}

function runKey({ roiId, channel }: RoiAnalysis): string {
  return channel === 1 ? String(roiId) : `${roiId}:${channel}`;
}

function defined(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}
