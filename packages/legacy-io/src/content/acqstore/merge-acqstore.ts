// Joins what acqstore's sidecar and the classic JSON say of an image: acqstore's wins, field by field.

import { clampBounds, createLineRoi, createRectRoi, geometryKey, type PlaneSize, type Roi } from "@kym/roi";
import { getMember, type JsonNode, nodeOf, plainValue, setMember } from "@kym/zarr-store/json";
import { isoDate } from "../../formats/acqstore/acqstore-date.ts";
import type { AcqstoreRoi } from "../../formats/acqstore/acqstore-rois.ts";
import type { AcqstoreSidecar } from "../../formats/acqstore/acqstore-sidecar.ts";
import type { ClassicHeader, ClassicJson } from "../../formats/json/classic-json.ts";

/** What people edit, from both files. */
export interface MergedClassic {
  readonly classic: ClassicJson;
  /** Sentences: where the files differ, and what is used. */
  readonly differences: readonly string[];
  /** Sentences about acqstore's file alone. */
  readonly problems: readonly string[];
}

/**
 * Joins both files. A field that acqstore states wins; what it leaves open comes from the classic JSON. ROIs are joined by their
 * ids. Times of files count for nothing.
 *
 * @param size the plane in which acqstore placed its ROIs; they are clipped to it
 */
export function mergeAcqstore(
  acqstore: AcqstoreSidecar,
  classic: ClassicJson | undefined,
  size: PlaneSize,
): MergedClassic {
  const differences: string[] = [];
  const problems: string[] = [];
  const placed = acqstore.rois.flatMap((one) => placedRoi(one, size, problems) ?? []);
  return {
    classic: {
      ...(classic ?? NOTHING_SAID),
      header: classic?.header && joinedDate(acqstore, classic.header, differences),
      experimentMetadata: joinedExperiment(acqstore, classic?.experimentMetadata, differences),
      rois: joinedRois(placed, classic?.rois ?? [], differences),
      accepted: acqstore.accepted ?? classic?.accepted,
    },
    differences,
    problems,
  };
}

/** The date and time that both files give. Where only one does, the microscope's own header counts before acqstore's. */
function joinedDate(
  { date: { date, time } }: AcqstoreSidecar,
  header: ClassicHeader,
  differences: string[],
): ClassicHeader {
  const { dateStr, timeStr } = header;
  const isSame = (was: string, now: string): boolean =>
    was === now || isoDate(was) === now || was.startsWith(`${now}.`) || was === now.slice(0, was.length);
  const chosenOf = (what: string, was: string | undefined, now: string | undefined): string | undefined => {
    if (was === undefined || was === "" || now === undefined || isSame(was, now)) {
      return was;
    }
    differences.push(`the ${what} is ${quoted(was)} there: acqstore's ${quoted(now)} is used`);
    return now;
  };
  return {
    ...header,
    dateStr: chosenOf("date", dateStr, date),
    timeStr: chosenOf("time", timeStr, time),
  };
}

const NOTHING_SAID: ClassicJson = {
  version: undefined,
  header: undefined,
  experimentMetadata: undefined,
  rois: [],
  rejectedRois: [],
  accepted: undefined,
  extra: new Map(),
  document: nodeOf({}),
  warnings: [],
};

/** Moves a ROI into the plane; undefined, and a problem, if no part of it lies there. */
function placedRoi({ roi }: AcqstoreRoi, size: PlaneSize, problems: string[]): Roi | undefined {
  const { height, width } = size;
  if (roi.type === "rect") {
    const bounds = clampBounds(roi.bounds, size);
    if (bounds.dim0Start === bounds.dim0Stop || bounds.dim1Start === bounds.dim1Stop) {
      problems.push(`ROI ${roi.id} lies outside the image of ${height} × ${width}: it is left out`);
      return undefined;
    }
    return geometryKey({ ...roi, bounds }) === geometryKey(roi)
      ? roi
      : clipped(createRectRoi({ ...roi, bounds }), size, problems);
  }
  if (roi.type === "line") {
    const inside = (value: number, length: number): number => Math.min(value, Math.max(length - HALF, HALF));
    const points = roi.points.map(({ dim0, dim1 }) => ({
      dim0: inside(dim0, height),
      dim1: inside(dim1, width),
    }));
    const line = createLineRoi({ ...roi, points });
    return geometryKey(line) === geometryKey(roi) ? roi : clipped(line, size, problems);
  }
  return roi;
}

/** The middle of a pixel. */
const HALF = 0.5;

function clipped(roi: Roi, { height, width }: PlaneSize, problems: string[]): Roi {
  problems.push(`ROI ${roi.id} reaches beyond the image of ${height} × ${width}: it is clipped`);
  return roi;
}

/** Joins ROIs by id. Where both files have one in the same place, what only the older file knows of it stays. */
function joinedRois(ours: readonly Roi[], classic: readonly Roi[], differences: string[]): readonly Roi[] {
  const before = new Map(classic.map((roi) => [roi.id, roi]));
  const joined = ours.map((roi) => {
    const old = before.get(roi.id);
    before.delete(roi.id);
    if (old === undefined) {
      return roi;
    }
    if (geometryKey({ ...roi, channel: old.channel, z: old.z }) !== geometryKey(old)) {
      differences.push(`ROI ${roi.id} has another place there: acqstore's is used`);
      return { ...roi, channel: old.channel, z: old.z, revision: old.revision + 1 };
    }
    return {
      ...old,
      name: chosen("name", roi, old, differences),
      note: chosen("note", roi, old, differences),
    };
  });
  const only = [...before.values()];
  if (only.length > 0 && ours.length > 0) {
    const ids = only.map(({ id }) => id).join(", ");
    differences.push(
      `ROI ${ids} ${only.length === 1 ? "is" : "are"} there alone, not in acqstore's file: kept`,
    );
  }
  return [...joined, ...only];
}

function chosen(key: "name" | "note", roi: Roi, old: Roi, differences: string[]): string {
  if (roi[key] !== "" && old[key] !== "" && roi[key] !== old[key]) {
    differences.push(
      `the ${key} of ROI ${roi.id} is ${quoted(old[key])} there: acqstore's ${quoted(roi[key])} is used`,
    );
  }
  return roi[key] === "" ? old[key] : roi[key];
}

function joinedExperiment(
  { experiment }: AcqstoreSidecar,
  classic: JsonNode | undefined,
  differences: string[],
): JsonNode | undefined {
  const before = classic?.kind === "object" ? classic : nodeOf({});
  if (experiment.size === 0) {
    return classic;
  }
  return [...experiment].reduce((so, [key, node]) => {
    const [was, now] = [plainValue(getMember(before, key) ?? nodeOf(null)), plainValue(node)];
    if (was !== null && was !== "" && !isSameValue(was, now)) {
      differences.push(`${key} is ${quoted(was)} there: acqstore's ${quoted(now)} is used`);
    }
    return setMember(so, key, node);
  }, before);
}

/** A number may be written as text. */
function isSameValue(a: unknown, b: unknown): boolean {
  return a === b || textOf(a) === textOf(b) || (typeof b === "number" && Number(a) === b);
}

const LONGEST = 60;

function quoted(value: unknown): string {
  const text = textOf(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, one) => (typeof one === "bigint" ? String(one) : one)) ?? "";
}
