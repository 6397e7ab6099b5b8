// Reads the JSON files of the folder `flow-analysis/`: how traces were made, and the events in them.

import { getMember, type JsonNode } from "@kym/zarr-store/json";
import { LegacyIoError } from "../errors.ts";
import {
  booleanMember,
  integerMember,
  membersOf,
  parseLegacyJson,
  textMember,
  unexpectedNode,
} from "./json/legacy-json.ts";

/**
 * The kinds of JSON file in `flow-analysis/`. The kind decides how a file is read, never its `version`: two kinds say "2.0"
 * and mean different keys.
 */
export type FlowAnalysisKind = "radon_json" | "kymanalysis_json" | "events_json";

/** The folder, beside the images, that holds their analyses. */
export const FLOW_ANALYSIS_FOLDER = "flow-analysis";

/** How the trace of one ROI and channel was made. */
export interface RoiAnalysis {
  readonly roiId: number;
  readonly channel: number;
  /** `mpRadon`, or `mpRadon_v0` for a trace that was imported from the oldest form. */
  readonly algorithm: string | undefined;
  /** Lines per window. */
  readonly windowSize: number | undefined;
  /** ISO 8601 with offset, unchanged from the file. */
  readonly analyzedAt: string | undefined;
  readonly roiRevisionAtAnalysis: number | undefined;
  /** All other keys. */
  readonly extra: ReadonlyMap<string, JsonNode>;
}

/** One event, detected or added by a person, as the file's own object. */
export interface LegacyEvent {
  readonly node: JsonNode;
  /** Its place in the document, for messages: `$.velocity_events["1:1"][2]`. */
  readonly path: string;
}

/** The events of one ROI and channel. An empty list means that detection ran and found none. */
export interface RoiEvents {
  readonly roiId: number;
  readonly channel: number;
  readonly events: readonly LegacyEvent[];
}

/** What a JSON file of `flow-analysis/` says. A ROI that is in neither list was not analysed. */
export interface FlowAnalysis {
  readonly kind: FlowAnalysisKind;
  readonly version: string | undefined;
  readonly analyses: readonly RoiAnalysis[];
  /** Undefined if the file has no `velocity_events`, and so says nothing about events. */
  readonly events: readonly RoiEvents[] | undefined;
  readonly accepted: boolean | undefined;
  /** All other top-level keys, such as the deprecated `stall_analysis`. */
  readonly extra: ReadonlyMap<string, JsonNode>;
  /** Each contradiction within the file, and which side was used. */
  readonly warnings: readonly string[];
}

const TOP_KEYS: ReadonlySet<string> = new Set([
  "version",
  "accepted",
  "analysis_metadata",
  "velocity_events",
]);
const ANALYSIS_KEYS: ReadonlySet<string> = new Set([
  "roi_id",
  "channel",
  "algorithm",
  "window_size",
  "analyzed_at",
  "roi_revision_at_analysis",
]);
const RUN_KEY = /^([1-9]\d{0,8})(?::([1-9]\d{0,2}))?$/;
const FIRST_CHANNEL = 1;

/**
 * Reads `_radon.json`, `_kymanalysis.json` or `_events.json`. Their keys are `"roi"` or `"roi:channel"`. With a plain `"roi"`
 * key the channel is that of each entry or event, and 1 if it names none.
 * @throws {LegacyIoError} `invalid_file`, with the place, if the text is not JSON or has another structure
 */
export function parseFlowAnalysis(source: string | Uint8Array, kind: FlowAnalysisKind): FlowAnalysis {
  const what = `flow-analysis (${kind})`;
  const root = parseLegacyJson(source, what);
  const warnings: string[] = [];
  const metadata = getMember(root, "analysis_metadata");
  const events = getMember(root, "velocity_events");
  return {
    kind,
    version: textMember(root, "version", what, "$"),
    analyses: metadata === undefined ? [] : readAnalyses(metadata, what, warnings),
    events: events === undefined ? undefined : readEvents(events, what, warnings),
    accepted: booleanMember(root, "accepted", what, "$"),
    extra: otherMembers(membersOf(root, what, "$"), TOP_KEYS),
    warnings,
  };
}

function readAnalyses(metadata: JsonNode, what: string, warnings: string[]): readonly RoiAnalysis[] {
  return [...membersOf(metadata, what, "$.analysis_metadata")].map(([key, node]) => {
    const path = `$.analysis_metadata[${JSON.stringify(key)}]`;
    const members = membersOf(node, what, path);
    const run = parseRunKey(key, what, path);
    const channel = integerMember(node, "channel", what, path);
    const roiId = integerMember(node, "roi_id", what, path);
    if (
      (roiId ?? run.roiId) !== run.roiId ||
      (channel ?? run.channel ?? channel) !== (run.channel ?? channel)
    ) {
      warnings.push(`${path} says roi_id ${roiId}, channel ${channel}: the key is used`);
    }
    return {
      roiId: run.roiId,
      channel: run.channel ?? channel ?? FIRST_CHANNEL,
      algorithm: textMember(node, "algorithm", what, path),
      windowSize: integerMember(node, "window_size", what, path),
      analyzedAt: textMember(node, "analyzed_at", what, path),
      roiRevisionAtAnalysis: integerMember(node, "roi_revision_at_analysis", what, path),
      extra: otherMembers(members, ANALYSIS_KEYS),
    };
  });
}

function readEvents(events: JsonNode, what: string, warnings: string[]): readonly RoiEvents[] {
  return [...membersOf(events, what, "$.velocity_events")].flatMap(([key, list]) => {
    const path = `$.velocity_events[${JSON.stringify(key)}]`;
    if (list.kind !== "array") {
      throw unexpectedNode(what, path, "an array", list);
    }
    const run = parseRunKey(key, what, path);
    const byChannel = new Map<number, LegacyEvent[]>();
    for (const [index, node] of list.items.entries()) {
      const event = { node, path: `${path}[${index}]` };
      membersOf(node, what, event.path);
      const channel = integerMember(node, "channel", what, event.path);
      if (run.channel !== undefined && channel !== undefined && channel !== run.channel) {
        warnings.push(`${event.path} says channel ${channel}: the key is used`);
      }
      const taken = run.channel ?? channel ?? FIRST_CHANNEL;
      const found = byChannel.get(taken) ?? [];
      found.push(event);
      byChannel.set(taken, found);
    }
    if (byChannel.size === 0) {
      byChannel.set(run.channel ?? FIRST_CHANNEL, []);
    }
    return [...byChannel].map(([channel, found]) => ({ roiId: run.roiId, channel, events: found }));
  });
}

function parseRunKey(
  key: string,
  what: string,
  path: string,
): { readonly roiId: number; readonly channel: number | undefined } {
  const match = RUN_KEY.exec(key);
  if (match === null) {
    throw new LegacyIoError("invalid_file", `${what}: ${path} is neither "roi" nor "roi:channel"`, {
      found: key,
    });
  }
  return { roiId: Number(match[1]), channel: match[2] === undefined ? undefined : Number(match[2]) };
}

function otherMembers(
  members: ReadonlyMap<string, JsonNode>,
  known: ReadonlySet<string>,
): ReadonlyMap<string, JsonNode> {
  return new Map([...members].filter(([key]) => !known.has(key)));
}
