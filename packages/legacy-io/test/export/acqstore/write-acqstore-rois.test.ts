import { createLineRoi, createPathRoi, createRectRoi } from "@kym/roi";
import { expect, it } from "vitest";
import { writeAcqstoreRois } from "../../../src/export/acqstore/write-acqstore-rois.ts";

const PLANE = { height: 100, width: 20 };
const rect = (id: number, dim0Start: number, dim0Stop: number, dim1Start: number, dim1Stop: number) =>
  createRectRoi({ id, bounds: { dim0Start, dim0Stop, dim1Start, dim1Stop } });

it("a rectangle keeps its four numbers, and a line the pixels of its ends", () => {
  const line = createLineRoi({
    ...{ id: 2, name: "line", note: "n" },
    points: [
      { dim0: 10.5, dim1: 0.5 },
      { dim0: 99.5, dim1: 15.5 },
    ],
  });
  expect(writeAcqstoreRois([rect(1, 3, 50, 0, 20), line], PLANE)).toEqual({
    rois: [
      {
        ...{ roi_id: 1, roi_type: "rectroi", version: "1.0", name: "", note: "" },
        data: { row_start: 3, row_stop: 50, col_start: 0, col_stop: 20 },
      },
      {
        ...{ roi_id: 2, roi_type: "linesegmentroi", version: "1.0", name: "line", note: "n" },
        data: { row0: 10, col0: 0, row1: 99, col1: 15 },
      },
    ],
    notes: [],
  });
});

it("a ROI that acqstore has no type for is named, and so is one outside the image", () => {
  const points = [
    { dim0: 1, dim1: 1 },
    { dim0: 5, dim1: 1 },
    { dim0: 5, dim1: 5 },
  ];
  const polygon = createPathRoi({ type: "polygon", id: 7, name: "cell", points });
  const { rois, notes } = writeAcqstoreRois([polygon, rect(8, 200, 300, 0, 5)], PLANE);
  expect(rois).toEqual([]);
  expect(notes).toEqual([
    'ROI 7 (polygon "cell"): acqstore has no type for it, so it stands only in kym/',
    "ROI 8 (rect): outside of the image acqstore has no pixels, so it stands only in kym/",
  ]);
});

it("a ROI that reaches beyond the image or between pixels is rounded, and said to be", () => {
  const points = [
    { dim0: 1, dim1: 1.25 },
    { dim0: 500, dim1: -3 },
  ] as const;
  const line = createLineRoi({ id: 2, points });
  const { rois, notes } = writeAcqstoreRois([rect(1, -5, 120, 2, 30), line], PLANE);
  expect(rois.map(({ data }) => data)).toEqual([
    { row_start: 0, row_stop: 100, col_start: 2, col_stop: 20 },
    { row0: 1, col0: 1, row1: 99, col1: 0 },
  ]);
  expect(notes).toEqual([
    "ROI 1 (rect), ROI 2 (line): acqstore has whole pixels within the image: its copy is rounded to them",
  ]);
});
