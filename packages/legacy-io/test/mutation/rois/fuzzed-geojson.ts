import { LegacyIoError } from "../../../src/errors.ts";
import type { FoundRois } from "../../../src/formats/rois/found-rois.ts";
import { geoJsonRoisFormat } from "../../../src/formats/sidecars/geojson-rois-format.ts";
import type { FuzzedParser } from "../fuzz-parsers.ts";

const RING = "[[2,10],[12,10],[12,40.5],[2,40],[2,10]]";
const feature = (geometry: string, properties = "{}"): string =>
  `{"type":"Feature","geometry":${geometry},"properties":${properties}}`;
const FILE = `[${[
  feature(`{"type":"Polygon","coordinates":[${RING}]}`, '{"measurements":{"Area":NaN},"name":"a"}'),
  feature('{"type":"Point","coordinates":[3.25,4]}'),
  feature('{"type":"MultiPoint","coordinates":[[1,2],[3,4]],"plane":{"c":1,"z":2,"t":0}}'),
  feature('{"type":"LineString","coordinates":[[1,2],[3,4],[5,6]]}'),
].join(",")}]`;

/** The format of `.geojson` against `JSON.parse`, whose positions are to be those of the ROIs, one after the other. */
export const FUZZED_GEOJSON: FuzzedParser<FoundRois> = {
  name: "GeoJSON",
  sounds: [Buffer.from(FILE)],
  read: async (bytes) => {
    const gunzip = async (): Promise<never> => Promise.reject(new Error("no gzip"));
    const { rois } = await geoJsonRoisFormat.parse(bytes, { relPath: "a.geojson", artifact: "", gunzip });
    const { problems = [], rois: found = [] } = rois ?? {};
    if (found.length === 0) {
      throw new LegacyIoError("invalid_file", problems.join());
    }
    return { problems, rois: found };
  },
  disagreement: ({ rois }, bytes) => {
    const text = new TextDecoder().decode(bytes).replaceAll("NaN", "null");
    const value: unknown = JSON.parse(text);
    const features: unknown[] = Array.isArray(value) ? value : [value];
    for (const { draft, place } of rois) {
      const index = Number(/^\$\[(\d+)\]$/.exec(place)?.[1] ?? 0);
      const geometry: unknown = Reflect.get(Object(features[index]), "geometry");
      const numbers = [Reflect.get(Object(geometry), "coordinates")].flat(4);
      const found = "points" in draft ? draft.points.flatMap(({ dim0, dim1 }) => [dim1, dim0]) : [];
      const asStored = draft.type === "polygon" ? [...found, ...found.slice(0, 2)] : found;
      if (JSON.stringify(asStored) !== JSON.stringify(numbers)) {
        return `${JSON.stringify(asStored)}, not ${JSON.stringify(numbers)}`;
      }
    }
    return undefined;
  },
};
