// Reads the ROIs of acqstore's sidecar: rectangles whose stops are exclusive, and lines between two pixels.

import { createLineRoi, createRectRoi, type Roi } from "@kym/roi";
import type { JsonNode } from "@kym/zarr-store/json";
import { LegacyIoError } from "../../errors.ts";
import { integerMember, membersOf, presentMember, textMember, unexpectedNode } from "../json/legacy-json.ts";
import { printableName } from "../rois/printable-name.ts";
import { addProblems, type Problems, readPiece } from "./read-piece.ts";

/** A ROI in our form, and the first row and column that its analyses count from. */
export interface AcqstoreRoi {
  readonly roi: Roi;
  readonly rowStart: number;
  readonly colStart: number;
}

const WHAT = "acqstore ROI";
const ROI_VERSION = "1.0";
const TYPES = { rect: "rectroi", line: "linesegmentroi" } as const;
const MOST_ROIS = 10_000;
/** What an id may be, so that it names an analysis. */
const MOST_ROI_ID = 999_999_999;
/** A pixel is named by its row and column; our points are places, and the middle of a pixel is half a pixel in. */
const HALF_PIXEL = 0.5;

/** Reads the list of ROIs. One that cannot be read, or whose id is there already, is a problem. */
export function readAcqstoreRois(list: JsonNode | undefined, problems: Problems): readonly AcqstoreRoi[] {
  if (list === undefined) {
    return [];
  }
  if (list.kind !== "array") {
    problems.push(unexpectedNode("acqstore sidecar", "$.rois", "an array", list).message);
    return [];
  }
  const wrong: string[] = [];
  const rois = new Map<number, AcqstoreRoi>();
  for (const [index, node] of list.items.slice(0, MOST_ROIS).entries()) {
    const path = `$.rois[${index}]`;
    const read = readPiece(wrong, () => readRoi(node, path));
    if (read !== undefined && rois.has(read.roi.id)) {
      wrong.push(`${path}: roi_id ${read.roi.id} is there already`);
    } else if (read !== undefined) {
      rois.set(read.roi.id, read);
    }
  }
  addProblems(problems, wrong, "ROIs");
  if (list.items.length > MOST_ROIS) {
    problems.push(`only the first ${MOST_ROIS} of ${list.items.length} ROIs are taken`);
  }
  return [...rois.values()];
}

function readRoi(node: JsonNode, path: string): AcqstoreRoi {
  membersOf(node, WHAT, path);
  const id = wholeMember(node, "roi_id", path, 1, MOST_ROI_ID);
  const type = textMember(node, "roi_type", WHAT, path);
  const version = textMember(node, "version", WHAT, path) ?? ROI_VERSION;
  if (version !== ROI_VERSION) {
    const found = printableName(version);
    throw new LegacyIoError(
      "not_supported",
      `${WHAT} ${id}: expected version ${ROI_VERSION}, found ${found}`,
      {
        expected: ROI_VERSION,
        found,
      },
    );
  }
  const data = presentMember(node, "data");
  if (data === undefined) {
    throw new LegacyIoError(
      "invalid_file",
      `${WHAT} ${id}: expected data at ${path}.data, found nothing`,
      {},
    );
  }
  membersOf(data, WHAT, `${path}.data`);
  const edge = (key: string): number => wholeMember(data, key, `${path}.data`, 0, Number.MAX_SAFE_INTEGER);
  const fields = {
    id,
    name: textMember(node, "name", WHAT, path) ?? "",
    note: textMember(node, "note", WHAT, path) ?? "",
  };
  switch (type) {
    case TYPES.rect: {
      const [rowStart, rowStop] = [edge("row_start"), edge("row_stop")];
      const [colStart, colStop] = [edge("col_start"), edge("col_stop")];
      if (rowStop <= rowStart || colStop <= colStart) {
        throw new LegacyIoError(
          "invalid_file",
          `${WHAT} ${id}: expected stops after starts at ${path}.data, found rows ${rowStart} to ${rowStop}, columns ${colStart} to ${colStop}`,
          {},
        );
      }
      const bounds = { dim0Start: rowStart, dim0Stop: rowStop, dim1Start: colStart, dim1Stop: colStop };
      return { roi: createRectRoi({ ...fields, bounds }), rowStart, colStart };
    }
    case TYPES.line: {
      const [row0, row1, col0, col1] = [edge("row0"), edge("row1"), edge("col0"), edge("col1")];
      const points = [
        { dim0: row0 + HALF_PIXEL, dim1: col0 + HALF_PIXEL },
        { dim0: row1 + HALF_PIXEL, dim1: col1 + HALF_PIXEL },
      ];
      const roi = createLineRoi({ ...fields, points });
      return { roi, rowStart: Math.min(row0, row1), colStart: Math.min(col0, col1) };
    }
    default:
      throw new LegacyIoError(
        "not_supported",
        `${WHAT} ${id}: expected the type ${TYPES.rect} or ${TYPES.line}, found ${printableName(type ?? "none")}`,
        { expected: Object.values(TYPES), found: type },
      );
  }
}

/** A whole number from `least` to `most`. Throws `invalid_file`, with its place, for anything else. */
export function wholeMember(node: JsonNode, key: string, path: string, least: number, most: number): number {
  const value = integerMember(node, key, WHAT, path);
  if (value === undefined || value < least || value > most) {
    const found = value === undefined ? "nothing" : String(value);
    throw new LegacyIoError(
      "invalid_file",
      `${WHAT}: expected a whole number from ${least} to ${most} at ${path}.${key}, found ${found}`,
      { expected: `${least} to ${most}`, found },
    );
  }
  return value;
}
