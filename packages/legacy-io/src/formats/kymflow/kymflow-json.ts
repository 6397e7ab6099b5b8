// Writes `<stem>.json` and `_radon.json` as the older application does, from the artifacts of an image.

import { UNITS } from "@kym/kym-schema";
import { ANALYSIS_RUN_KEYS, METADATA_HEADER_KEYS, METADATA_KEYS } from "@kym/kym-schema/keys";
import { getMember, type JsonNode, parseLossless, serializeLossless } from "@kym/zarr-store/json";
import { withoutNonFinite } from "../json/without-non-finite.ts";

/** Header keys of `metadata` that only this system writes. */
const OWN_HEADER_KEYS: ReadonlySet<string> = new Set([
  METADATA_HEADER_KEYS.acquiredLocalEpochNs,
  METADATA_HEADER_KEYS.secondsPerLineExact,
  METADATA_HEADER_KEYS.bitsPerPixel,
  METADATA_HEADER_KEYS.voxelsSource,
]);
const OWN_TOP_KEYS: ReadonlySet<string> = new Set([METADATA_KEYS.olympusHeader]);
const OWN_RUN_KEYS: ReadonlySet<string> = new Set([
  ANALYSIS_RUN_KEYS.geometry,
  ANALYSIS_RUN_KEYS.pixelsSha256,
  ANALYSIS_RUN_KEYS.channel,
  ANALYSIS_RUN_KEYS.umPerPx,
  ANALYSIS_RUN_KEYS.secondsPerLine,
]);
const TOP_ORDER: readonly string[] = [
  METADATA_KEYS.header,
  METADATA_KEYS.experiment,
  METADATA_KEYS.rois,
  METADATA_KEYS.accepted,
];
const RUN_KEY = /^(\d{1,9})(?::(\d{1,3}))?$/;

/**
 * The text of `<stem>.json`, version 1.0, from the artifact `metadata`. Keys that only this system writes are left out, and
 * numbers keep their spelling. An image without metadata gets steps of 1 px, as the older application writes it.
 */
export function classicJsonText(metadata: string | undefined, shape: readonly number[]): string {
  const root = metadata === undefined ? undefined : readJson(metadata);
  const header = root && getMember(root, METADATA_KEYS.header);
  const others = [...membersOf(root)].filter(
    ([key]) => key !== METADATA_KEYS.version && !TOP_ORDER.includes(key) && !OWN_TOP_KEYS.has(key),
  );
  return serializeLossless({
    [METADATA_KEYS.version]: "1.0",
    [METADATA_KEYS.header]:
      header === undefined
        ? uncalibratedHeader(shape)
        : Object.fromEntries([...membersOf(header)].filter(([key]) => !OWN_HEADER_KEYS.has(key))),
    [METADATA_KEYS.experiment]: (root && getMember(root, METADATA_KEYS.experiment)) ?? {},
    [METADATA_KEYS.rois]: (root && getMember(root, METADATA_KEYS.rois)) ?? [],
    [METADATA_KEYS.accepted]: (root && getMember(root, METADATA_KEYS.accepted)) ?? true,
    ...Object.fromEntries(others),
  });
}

function uncalibratedHeader(shape: readonly number[]): object {
  const ofEach = <T>(value: T): readonly T[] => shape.map(() => value);
  return {
    [METADATA_HEADER_KEYS.shape]: shape,
    [METADATA_HEADER_KEYS.ndim]: shape.length,
    [METADATA_HEADER_KEYS.voxels]: ofEach(1),
    [METADATA_HEADER_KEYS.voxelsUnits]: ofEach(UNITS.pixel),
    [METADATA_HEADER_KEYS.labels]: ofEach(""),
    [METADATA_HEADER_KEYS.physicalSize]: shape,
  };
}

/** One run of the Radon analysis. */
export interface KymflowRun {
  readonly roiId: number;
  readonly channel: number;
}

/**
 * The text of `_radon.json`, version 3.0, from the artifacts `radon/params` and `radon/analysis`, by `"<roi>:<channel>"`.
 * Undefined if neither has a run.
 */
export function radonJsonText(params: string | undefined, analysis: string | undefined): string | undefined {
  const [settings, runs] = [params, analysis].map((text) => runsOf(text));
  const keys = [...new Set([...(settings?.keys() ?? []), ...(runs?.keys() ?? [])])];
  if (keys.length === 0) {
    return undefined;
  }
  const metadata = keys.map((key): [string, object] => {
    const [roiId, channel] = key.split(":").map(Number);
    const run = new Map([...(runs?.get(key) ?? [])].filter(([name]) => !OWN_RUN_KEYS.has(name)));
    const {
      [ANALYSIS_RUN_KEYS.analyzedAt]: at,
      [ANALYSIS_RUN_KEYS.roiRevision]: revision,
      ...others
    } = Object.fromEntries(run);
    return [
      key,
      {
        roi_id: roiId,
        channel,
        ...Object.fromEntries(settings?.get(key) ?? []),
        ...(at && { analyzed_at: at, analyzed_on: at }),
        ...others,
        ...(revision && { roi_revision_at_analysis: revision }),
      },
    ];
  });
  return serializeLossless({ version: "3.0", analysis_metadata: Object.fromEntries(metadata) });
}

/** The runs that `radon/params` and `radon/analysis` name. */
export function runsNamed(params: string | undefined, analysis: string | undefined): readonly KymflowRun[] {
  const keys = new Set([params, analysis].flatMap((text) => [...runsOf(text).keys()]));
  return [...keys].map((key) => {
    const [roiId = 1, channel = 1] = key.split(":").map(Number);
    return { roiId, channel };
  });
}

/** Runs by `"<roi>:<channel>"`. Values that are not objects, and keys of another form, are skipped. */
function runsOf(text: string | undefined): ReadonlyMap<string, ReadonlyMap<string, JsonNode>> {
  const root = text === undefined ? undefined : readJson(text);
  return new Map(
    [...membersOf(root)].flatMap(([key, node]): [string, ReadonlyMap<string, JsonNode>][] => {
      const match = RUN_KEY.exec(key);
      const channel = getMember(node, ANALYSIS_RUN_KEYS.channel);
      const known = match?.[2] ?? (channel?.kind === "number" ? channel.text : "1");
      return match === null || node.kind !== "object" ? [] : [[`${match[1]}:${known}`, membersOf(node)]];
    }),
  );
}

/** Reads JSON as Python writes it; NaN becomes null. */
function readJson(text: string): JsonNode {
  return withoutNonFinite(parseLossless(text, { allowNonFinite: true }));
}

function membersOf(node: JsonNode | undefined): ReadonlyMap<string, JsonNode> {
  return node?.kind === "object" ? node.members : new Map<string, JsonNode>();
}
