// Says changes in words.

import { ARTIFACTS, calibrationOf, parseMetadata } from "@kym/kym-schema";
import { METADATA_KEYS } from "@kym/kym-schema/keys";
import { IMAGE_CONFLICTS_TABLE } from "@kym/kym-schema/tables";
import { serializeLossless } from "@kym/zarr-store/json";
import { shortNumber } from "../screen/short-number.ts";
import { roiPlace } from "../study/roi-place.ts";
import { counted } from "../terminal/text-table.ts";
import type { Change, RowChange } from "./change.ts";

/** Gives an image the name that a screen calls it by. */
export type NameOf = (imageId: string) => string;

/** The artifacts whose names are not the words of a lab. */
const ARTIFACT_WORDS: ReadonlyMap<string, string> = new Map([
  [ARTIFACTS.events, "events"],
  [ARTIFACTS.radonVelocity, "velocity"],
  [ARTIFACTS.flowVelocity, "our velocity"],
  [ARTIFACTS.flowLspiv, "our velocity by LSPIV"],
  [ARTIFACTS.flowEvents, "our events"],
  [ARTIFACTS.flowHeartRate, "our heart rate"],
  [ARTIFACTS.flowDiameter, "our diameter"],
  [ARTIFACTS.acqstoreVelocity, "acqstore's velocity"],
  [ARTIFACTS.acqstoreEvents, "acqstore's events"],
  [ARTIFACTS.acqstoreDiameter, "acqstore's diameter"],
  [ARTIFACTS.acqstoreSumIntensity, "acqstore's intensities"],
  [ARTIFACTS.acqstorePeaks, "acqstore's peaks"],
  [ARTIFACTS.acqstoreHeartRate, "acqstore's heart rate"],
  [ARTIFACTS.prairieScan, "the microscope's line scan"],
  [ARTIFACTS.prairieScanPath, "the line of the scan"],
]);

/** Artifacts that are JSON as well as a table of the same name: the table says it. */
const SAID_BY_TABLE: ReadonlySet<string> = new Set([
  ARTIFACTS.flowVelocity,
  ARTIFACTS.flowLspiv,
  ARTIFACTS.flowEvents,
  ARTIFACTS.flowHeartRate,
  ARTIFACTS.flowDiameter,
  ARTIFACTS.acqstoreVelocity,
  ARTIFACTS.acqstoreEvents,
  ARTIFACTS.acqstoreDiameter,
  ARTIFACTS.acqstoreSumIntensity,
]);

/** The artifact that lists the open conflicts goes with the last of them. */
const CONFLICT_WORDS = {
  added: (whose: string): string => `conflicts of ${whose} opened`,
  changed: (whose: string): string => `conflicts of ${whose} changed`,
  deleted: (whose: string): string => `all conflicts of ${whose} settled`,
} as const;

/** What a pull kept of another copy goes when somebody settles it. */
const KEPT_WORDS = {
  added: (whose: string): string => `${whose} of the other copy kept`,
  changed: (whose: string): string => `what is kept of ${whose} changed`,
  deleted: (whose: string): string => `what was kept of ${whose} given up`,
} as const;

/** As many ids as one phrase names. */
const MOST_NAMED = 5;

/** Tables that only help others, and files that only say where others came from. */
const isQuiet = ({ kind, name }: Change): boolean =>
  (kind === "pooled_table" &&
    (name.endsWith("_runs") || name === "sources" || name === IMAGE_CONFLICTS_TABLE)) ||
  (kind === "json" && (name === ARTIFACTS.provenance || SAID_BY_TABLE.has(name)));

/**
 * The changes as phrases, such as `ROI 2 deleted from 20250722_A89_0002` and `condition of 3 images: Ang → AngII`. What happened to
 * several images alike is one phrase.
 */
export function wordsOfChanges(changes: readonly Change[], nameOf: NameOf): readonly string[] {
  const said = changes.filter((change) => !isQuiet(change));
  const groups = Map.groupBy(said.length > 0 ? said : changes, groupOf);
  return [...groups.values()].map((alike) => phraseOf(alike, nameOf));
}

/** Changes of one group are said in one phrase. */
function groupOf(change: Change): string {
  const { kind, name, change: what, image_id: id } = change;
  switch (kind) {
    case "image":
    case "kept_image":
      return `${kind} ${what}`;
    case "pooled_table":
      return `table ${what}`;
    case "roi":
      return `roi ${id} ${roiVerb(change)}`;
    case "field":
      return `field ${name} ${valueWords(change, change.before)} ${valueWords(change, change.after)}`;
    default:
      return `${kind} ${name} ${what}`;
  }
}

function phraseOf(alike: readonly Change[], nameOf: NameOf): string {
  const [first] = alike;
  if (first === undefined) {
    return "";
  }
  const ids = [...new Set(alike.flatMap(({ image_id: id }) => (id === null ? [] : [id])))];
  const [id = ""] = ids;
  const whose = ids.length === 1 ? nameOf(id) : counted(ids.length, "image");
  switch (first.kind) {
    case "image":
      return `${whose} ${first.change}`;
    case "kept_image":
      return KEPT_WORDS[first.change](whose);
    case "roi":
      return (
        labelWords(alike, nameOf(id)) ??
        `${roisWords(alike)} ${roiVerb(first)} ${ROI_PLACES[roiVerb(first)]} ${nameOf(id)}`
      );
    case "field":
      return fieldWords(first, whose);
    case "table":
      return alike.length === 1 && first.rows !== undefined
        ? `${artifactWords(first.name)} of ${whose}: ${wordsOfRows(first.rows)}`
        : `${artifactWords(first.name)} of ${whose} ${first.change}`;
    case "array":
    case "attachment":
      return `${first.kind} ${first.name} of ${whose} ${first.change}`;
    case "json":
      return first.name === ARTIFACTS.openConflicts
        ? CONFLICT_WORDS[first.change](whose)
        : `${artifactWords(first.name)} of ${whose} ${first.change}`;
    case "pooled_table":
      return `${alike.length === 1 ? "table" : "tables"} ${alike.map(tableWords).join(", ")} ${first.change}`;
    default:
      return first.kind satisfies never;
  }
}

function artifactWords(name: string): string {
  return ARTIFACT_WORDS.get(name) ?? name;
}

function tableWords({ name, images }: Change): string {
  return images === undefined || images === 0 ? name : `${name} (${counted(images, "image")})`;
}

const ROI_PLACES = { added: "to", deleted: "from", moved: "in", changed: "in" } as const;

function roiVerb({ change, before, after }: Change): keyof typeof ROI_PLACES {
  if (change !== "changed") {
    return change;
  }
  return placeOf(before) === placeOf(after) ? "changed" : "moved";
}

/** Where a stored ROI is, whichever program spelled it; the same for each that cannot be read. */
function placeOf(stored: unknown): string {
  const [roi] = parseMetadata(serializeLossless({ [METADATA_KEYS.rois]: [stored] })).rois;
  return roi === undefined ? "" : textOf([roi.type, roi.channel, roi.z, roiPlace(roi)]);
}

/** What a person wrote on a ROI. */
const LABELS = ["name", "note"] as const;

/** The new name or note of one ROI; undefined if it is more than that. */
function labelWords([roi, ...others]: readonly Change[], image: string): string | undefined {
  if (roi === undefined || others.length > 0 || roiVerb(roi) !== "changed") {
    return undefined;
  }
  const valueIn = (side: unknown, key: string): unknown => (Object(side) as Record<string, unknown>)[key];
  const words = LABELS.flatMap((key) => {
    const [was, is] = [roi.before, roi.after].map((side) => valueWords(roi, valueIn(side, key)));
    return was === is ? [] : [`${key} ${was} → ${is}`];
  });
  return words.length === 0 ? undefined : `ROI ${roi.name} of ${image}: ${words.join(", ")}`;
}

function roisWords(rois: readonly Change[]): string {
  const [first] = rois;
  if (rois.length === 1 && first !== undefined) {
    return `ROI ${first.name}`;
  }
  return rois.length <= MOST_NAMED
    ? `ROIs ${rois.map(({ name }) => name).join(", ")}`
    : counted(rois.length, "ROI");
}

/** The name of a field without the section that it stands in. */
export function fieldName(field: string): string {
  return field.replace(/^(?:experiment_metadata|header)\./, "");
}

function fieldWords(change: Change, whose: string): string {
  if (change.name === METADATA_KEYS.accepted) {
    return `${whose} ${change.after === false ? "rejected" : "accepted"}`;
  }
  const isKnown = "before" in change || "after" in change;
  const field = `${fieldName(change.name)} of ${whose}`;
  return isKnown
    ? `${field}: ${valueWords(change, change.before)} → ${valueWords(change, change.after)}`
    : `${field} changed`;
}

/** The name that the merge gives to the calibration as a whole. */
export const CALIBRATION = "calibration";
const LONGEST_VALUE = 40;

/** A value for people: short, on one line. */
export function valueWords({ name }: Pick<Change, "name">, value: unknown): string {
  if (value === undefined || value === null || value === "") {
    return "none";
  }
  if (name === CALIBRATION) {
    return calibrationWords(value);
  }
  const text =
    typeof value === "string" ? value : typeof value === "number" ? shortNumber(value) : textOf(value);
  const [...characters] = text.replaceAll(/\s+/g, " ");
  return characters.length > LONGEST_VALUE
    ? `${characters.slice(0, LONGEST_VALUE - 1).join("")}…`
    : characters.join("");
}

function calibrationWords(header: unknown): string {
  const { secondsPerLine, umPerPx } = calibrationOf(
    parseMetadata(JSON.stringify({ [METADATA_KEYS.header]: header })).header,
  );
  const parts = [
    ...(umPerPx === null ? [] : [`${shortNumber(umPerPx)} µm/px`]),
    ...(secondsPerLine === null ? [] : [`${shortNumber(secondsPerLine * 1000)} ms/line`]),
  ];
  return parts.length === 0 ? "none" : parts.join(", ");
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? String(each) : each));
}

/** The rows of a table: `12 rows → 14, 2 added`, with ids if they are few. */
export function wordsOfRows({ before, after, key, added, deleted, changed }: RowChange): string {
  const counts = before === after ? counted(after, "row") : `${counted(before, "row")} → ${after}`;
  if (key === null) {
    return counts;
  }
  const parts = [
    ["added", added],
    ["deleted", deleted],
    ["changed", changed],
  ] as const;
  const what = parts.flatMap(([verb, ids]) =>
    ids.length === 0
      ? []
      : [ids.length <= MOST_NAMED ? `${verb} ${ids.map(String).join(", ")}` : `${ids.length} ${verb}`],
  );
  return [counts, ...what].join(", ");
}
