// Makes ROI files for each row of the page's table of ROI files.
import { RoiSet } from "@kym/roi";
import { readGeoJson, writeGeoJson } from "@kym/roi/geojson";
import { readImageJRois, roiToImageJ, writeImageJRoi, writeImageJRois } from "@kym/roi/imagej";
import type { Outcome, RowTrials, Trial } from "./page-table.ts";

/** Where a `.roi` file holds its version, its type and the colour of its stroke. */
const VERSION_BYTE = 5;
const TYPE_BYTE = 6;
const STROKE_COLOR_BYTE = 40;
const OVAL = 2;
const NO_SELECTION = 6;

const points = [
  { dim0: 1.5, dim1: 1.5 },
  { dim0: 5.5, dim1: 1.5 },
  { dim0: 5.5, dim1: 7.5 },
];
/** One ROI of each type that files of other programs can hold. */
const rois = RoiSet.empty({ height: 9, width: 9 })
  .create({ bounds: { dim0Start: 1, dim0Stop: 5, dim1Start: 2, dim1Stop: 6 } })
  .create({ type: "polygon", points })
  .create({ type: "line", points: points.slice(0, 2) })
  .create({ type: "polyline", points })
  .create({ type: "point", points });

const rect = (): Uint8Array => writeImageJRoi(roiToImageJ(rois.require(1)));

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? value : byte));
}

function outcomeOf({
  rois: read,
  failed,
}: Awaited<ReturnType<typeof readImageJRois>> | ReturnType<typeof readGeoJson>): Outcome {
  const [first] = failed;
  if (first !== undefined) {
    throw first.error;
  }
  return {
    words: read.map(({ draft }) => draft.type ?? "rect"),
    warnings: read.flatMap(({ ignored }) => ignored.map(({ what }) => what)),
  };
}

const imageJ =
  (bytes: Uint8Array): Trial =>
  async () =>
    outcomeOf(await readImageJRois(bytes));

const geoJson =
  (geometry: object, members: object = {}): Trial =>
  async () =>
    outcomeOf(readGeoJson({ type: "Feature", geometry, properties: {}, ...members }));

const LINE = {
  type: "LineString",
  coordinates: [
    [1, 1],
    [2, 3],
  ],
};
const OPEN_RING = {
  type: "Polygon",
  coordinates: [
    [
      [0, 0],
      [4, 0],
      [4, 4],
      [0, 4],
    ],
  ],
};

/** A zip whose first entry no longer has its checksum. */
function damagedEntry(): Uint8Array {
  const { file } = writeImageJRois(rois);
  const at = Buffer.from(file).indexOf("Iout");
  return withByte(file, at + TYPE_BYTE, OVAL);
}

/** The files of each row of the table, by its first cell. */
export const ROI_TRIALS: Readonly<Record<string, RowTrials>> = {
  "ImageJ `.roi`": {
    read: [
      ...rois.rois.map((roi) => imageJ(writeImageJRoi(roiToImageJ(roi)))),
      imageJ(withByte(rect(), TYPE_BYTE, OVAL)),
    ],
    warned: [imageJ(withByte(rect(), STROKE_COLOR_BYTE, 0xff))],
    refused: [
      imageJ(withByte(rect(), TYPE_BYTE, NO_SELECTION)),
      imageJ(withByte(rect(), VERSION_BYTE, 1)),
      imageJ(rect().subarray(0, 20)),
    ],
  },
  "ImageJ `RoiSet.zip`": {
    read: [imageJ(writeImageJRois(rois).file)],
    refused: [imageJ(damagedEntry()), imageJ(writeImageJRois(rois).file.subarray(0, -4))],
  },
  GeoJSON: {
    read: [async () => outcomeOf(readGeoJson(writeGeoJson(rois.rois).file))],
    warned: [geoJson(LINE, { bbox: [1, 1, 2, 3] })],
    refused: [geoJson({ type: "GeometryCollection", geometries: [] }), geoJson(OPEN_RING)],
  },
};
