// Writes ROIs as acqstore has them: rectangles of whole pixels, and lines between two pixels.

import type { PlaneSize, Roi } from "@kym/roi";

/** A ROI of acqstore's documents. */
export interface WrittenAcqstoreRoi {
  readonly roi_id: number;
  readonly roi_type: "rectroi" | "linesegmentroi";
  readonly version: "1.0";
  readonly name: string;
  readonly note: string;
  readonly data: Readonly<Record<string, number>>;
}

export interface WrittenAcqstoreRois {
  readonly rois: readonly WrittenAcqstoreRoi[];
  /** Sentences about ROIs that acqstore has no place for, or has only changed. */
  readonly notes: readonly string[];
}

/** Whole pixels of a line are named by the middle, so that their places end in a half. */
const HALF_PIXEL = 0.5;
const MOST_NAMED = 10;

/**
 * Writes what acqstore has a type for. The others stand in `kym/` alone.
 *
 * @param plane rows and columns of the image: acqstore's pixels lie within it
 */
export function writeAcqstoreRois(rois: readonly Roi[], plane: PlaneSize): WrittenAcqstoreRois {
  const written = rois.map((roi) => writtenRoi(roi, plane));
  const outside = rois.filter((_, at) => written[at] !== undefined && written[at]?.data === undefined);
  const left = rois.filter((_, at) => written[at] === undefined);
  const changed = rois.filter((_, at) => written[at]?.isExact === false);
  const ofOne = rois.filter(({ channel }, at) => channel > 1 && written[at]?.data !== undefined);
  return {
    rois: rois.flatMap((roi, at) => {
      const { data, type } = written[at] ?? {};
      return data === undefined || type === undefined
        ? []
        : [{ roi_id: roi.id, roi_type: type, version: "1.0", name: roi.name, note: roi.note, data } as const];
    }),
    notes: [
      ...said(left, "acqstore has no type for it, so it stands only in kym/"),
      ...said(outside, "outside of the image acqstore has no pixels, so it stands only in kym/"),
      ...said(changed, "acqstore has whole pixels within the image: its copy is rounded to them"),
      ...said(ofOne, "acqstore's ROIs belong to all channels"),
    ],
  };
}

function said(rois: readonly Roi[], reason: string): readonly string[] {
  const names = rois
    .slice(0, MOST_NAMED)
    .map(({ id, type, name }) => `ROI ${id} (${type}${name === "" ? "" : ` ${JSON.stringify(name)}`})`);
  const more = rois.length > MOST_NAMED ? ` and ${rois.length - MOST_NAMED} more` : "";
  return rois.length === 0 ? [] : [`${names.join(", ")}${more}: ${reason}`];
}

interface WrittenGeometry {
  readonly type: WrittenAcqstoreRoi["roi_type"];
  readonly data: Readonly<Record<string, number>> | undefined;
  readonly isExact: boolean;
}

function writtenRoi(roi: Roi, { height, width }: PlaneSize): WrittenGeometry | undefined {
  if (roi.id < 1) {
    return undefined;
  }
  if (roi.type === "rect") {
    const { dim0Start, dim0Stop, dim1Start, dim1Stop } = roi.bounds;
    const [rowStart, rowStop] = [within(dim0Start, height), within(dim0Stop, height)];
    const [colStart, colStop] = [within(dim1Start, width), within(dim1Stop, width)];
    const isEmpty = rowStop <= rowStart || colStop <= colStart;
    const isExact =
      rowStart === dim0Start && rowStop === dim0Stop && colStart === dim1Start && colStop === dim1Stop;
    return {
      type: "rectroi",
      data: isEmpty
        ? undefined
        : { row_start: rowStart, row_stop: rowStop, col_start: colStart, col_stop: colStop },
      isExact: isEmpty || isExact,
    };
  }
  if (roi.type === "line") {
    const [first, last] = roi.points;
    const [row0, col0] = [pixelAt(first.dim0, height), pixelAt(first.dim1, width)];
    const [row1, col1] = [pixelAt(last.dim0, height), pixelAt(last.dim1, width)];
    const isExact =
      row0 + HALF_PIXEL === first.dim0 &&
      col0 + HALF_PIXEL === first.dim1 &&
      row1 + HALF_PIXEL === last.dim0 &&
      col1 + HALF_PIXEL === last.dim1;
    return { type: "linesegmentroi", data: { row0, col0, row1, col1 }, isExact };
  }
  return undefined;
}

/** The nearest edge of a pixel of the image. */
function within(edge: number, length: number): number {
  return Math.min(length, Math.max(0, Math.round(edge)));
}

/** The pixel of the image that a place is in, or the nearest. */
function pixelAt(place: number, length: number): number {
  return Math.min(Math.max(0, length - 1), Math.max(0, Math.floor(place)));
}
