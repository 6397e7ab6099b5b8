// Checks that shapely reads the GeoJSON that we write.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createLineRoi,
  createPolygonRoi,
  createPolylineRoi,
  createRectRoi,
  type Roi,
  roiBounds,
} from "@kym/roi";
import { readGeoJson, writeGeoJson } from "@kym/roi/geojson";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPython, runPython } from "../python-environment.ts";

interface Shape {
  readonly type: string;
  readonly area: number;
  readonly length: number;
  /** x and y of the first corner, then of the last corner. */
  readonly bounds: readonly number[];
}

const position = fc.record({ dim0: fc.integer({ min: -8e5, max: 8e5 }), dim1: fc.integer({ max: 700 }) });
/** Multiples of 1/7, which a float cannot hold exactly. */
const PATHS = fc
  .sample(fc.array(position, { minLength: 3, maxLength: 9 }), { numRuns: 50, seed: 3 })
  .map((points) => points.map(({ dim0, dim1 }) => ({ dim0: dim0 / 7, dim1: (dim1 % 700) / 7 })));

const bounds = { dim0Start: 0, dim0Stop: 30_000, dim1Start: 4, dim1Stop: 20 };
const ROIS: readonly Roi[] = [
  createRectRoi({ id: 1, name: "vessel µm 血管", channel: 2, z: 3, bounds }),
  ...PATHS.flatMap((points, index) => [
    createPolygonRoi({ id: 3 * index + 2, points }),
    createPolylineRoi({ id: 3 * index + 3, points }),
    createLineRoi({ id: 3 * index + 4, points: points.slice(0, 2), note: "of two" }),
  ]),
];

describe.skipIf(!(await hasPython()))("shapely reads the GeoJSON that @kym/roi writes", () => {
  let folder: string;
  let shapes: readonly Shape[];
  let again: unknown;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-geojson-"));
    const [ours, theirs] = [join(folder, "ours.geojson"), join(folder, "theirs.geojson")];
    await writeFile(ours, JSON.stringify(writeGeoJson(ROIS).file));
    shapes = JSON.parse(await runPython(new URL("./read_geojson.py", import.meta.url), [ours, theirs]));
    again = JSON.parse(await readFile(theirs, "utf8"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("as the same type, with the area, the length and the bounds that it has", () => {
    expect(shapes.length).toBe(151);
    expect(shapes[0]).toEqual({ type: "Polygon", area: 480_000, length: 60_032, bounds: [4, 0, 20, 30_000] });
    for (const [index, roi] of ROIS.entries()) {
      const points = pointsOf(roi);
      const isArea = roi.type === "rect" || roi.type === "polygon";
      const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
      expect([index, shapes[index]]).toEqual([
        index,
        {
          type: isArea ? "Polygon" : "LineString",
          area: isArea ? expect.closeTo(Math.abs(signedArea(points)), 2) : 0,
          length: expect.closeTo(lengthOf(isArea ? [...points, ...points.slice(0, 1)] : points), 4),
          bounds: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
        },
      ]);
    }
  });

  it("and we read what it writes of them: every ROI comes back, to the last digit", () => {
    const { rois, failed } = readGeoJson(again);
    expect(failed).toEqual([]);
    expect(rois).toEqual(readGeoJson(writeGeoJson(ROIS).file).rois);
    expect(rois[0]?.draft).toMatchObject({ type: "rect", bounds, name: "vessel µm 血管", channel: 2, z: 3 });
  });
});

interface Position {
  readonly x: number;
  readonly y: number;
}

function pointsOf(roi: Roi): readonly Position[] {
  if ("points" in roi) {
    return roi.points.map(({ dim0, dim1 }) => ({ x: dim1, y: dim0 }));
  }
  const { dim0Start, dim0Stop, dim1Start, dim1Stop } = roiBounds(roi);
  return [
    { x: dim1Start, y: dim0Start },
    { x: dim1Stop, y: dim0Start },
    { x: dim1Stop, y: dim0Stop },
    { x: dim1Start, y: dim0Stop },
  ];
}

function signedArea(points: readonly Position[]): number {
  const [origin] = points;
  const { x: x0 = 0, y: y0 = 0 } = origin ?? {};
  return points.reduce((sum, { x, y }, index) => {
    const next = points[(index + 1) % points.length] ?? { x, y };
    return sum + ((x - x0) * (next.y - y0) - (next.x - x0) * (y - y0)) / 2;
  }, 0);
}

function lengthOf(points: readonly Position[]): number {
  return points
    .slice(1)
    .reduce(
      (sum, { x, y }, index) => sum + Math.hypot(x - (points[index]?.x ?? x), y - (points[index]?.y ?? y)),
      0,
    );
}
