// Files of at most 1 MiB, one or more for each format, that ask for as much memory as they can.
import { deflateSync, gzipSync } from "node:zlib";
import { buildTiff, greyTags, long, short } from "../../tiff/tiff-fixture.ts";

export const MOST_BYTES: number = 2 ** 20;
const ROOM = MOST_BYTES - 300;
const LINES = 200_000_000;

/** The files beside `a.tif`, or in place of it, by their paths. */
export type GreedyFiles = Readonly<Record<string, string | Uint8Array>>;

function filled(unit: string, head = "", tail = ""): string {
  return head + unit.repeat(Math.floor((ROOM - head.length - tail.length) / unit.length)) + tail;
}

function manyKeys(count: number): string {
  return `{${Array.from({ length: count }, (_, at) => `"${at.toString(36)}":0`).join(",")}}`;
}

function manyTitles(): string {
  const titles = Array.from({ length: 60_000 }, (_, at) => `c${at}`);
  return `${titles.join(",")}\n${titles.map(() => 1).join(",")}\n`;
}

/** A TIFF whose 100 MiB of zeros are 0.1 MiB of deflated data. */
function deflatedTiff(): Uint8Array {
  const [width, height] = [512, 102_400];
  const tags = greyTags(width, height, 16, [short(259, 8), long(278, height)]);
  return buildTiff([{ tags, segments: [deflateSync(new Uint8Array(width * height * 2))] }]);
}

/** A TIFF with a strip for each of its lines. */
function stripedTiff(): Uint8Array {
  const height = 65_000;
  const line = new Uint8Array(2);
  const segments = Array.from({ length: height }, () => line);
  return buildTiff([{ tags: greyTags(1, height, 16, [long(278, 1)]), segments }]);
}

function gzipOf(unit: string, count: number): Uint8Array {
  return gzipSync(Buffer.alloc(count, unit));
}

const SCAN = "s_Cycle00001_Ch1_000001.tif";
const FILE = '<File channel="1" filename="a"/>';

/** Each with the name of its format. */
export const GREEDY_FILES: readonly (readonly [string, GreedyFiles])[] = [
  ["JSON of empty lists", { "a.qc.json": filled("[],", "[", "[]]") }],
  ["JSON of many keys", { "a.qc.json": manyKeys(100_000) }],
  ["classic JSON of empty ROIs", { "a.json": filled('{"id":1},', '{"version":"1.0","rois":[', "{}]}") }],
  ["acqstore's JSON", { "a.tif.json": filled("[],", "[", "[]]") }],
  ["GeoJSON of points", { "a.geojson": geoJsonOf(filled("[1,2],", "", "[1,2]")) }],
  ["GeoJSON of features", { "a.geojson": filled(`${geoPoint()},`, "[", `${geoPoint()}]`) }],
  ["a CSV of one line of commas", { "a.t.csv": filled(",", "", "\n") }],
  ["a CSV of many columns", { "a.t.csv": manyTitles() }],
  ["a CSV of many lines", { "a.t.csv": filled("1\n", "a\n") }],
  ["a velocity trace", { "flow-analysis/a_radon.csv": filled(",", "", "\n") }],
  ["acqstore's table", { "a.tif.radon_velocity.csv": filled(",", "", "\n") }],
  ["an analysis as JSON", { "flow-analysis/a_radon.json": manyKeys(100_000) }],
  ["gzip of commas", { "a.t.csv.gz": gzipOf(",", LINES) }],
  ["gzip of lines", { "a.t.csv.gz": gzipOf("1\n", LINES) }],
  ["an Olympus header", { "a.txt": filled('"k"\t"v"\n', '"[General]"\n') }],
  [
    "XML of Prairie View",
    { "s.xml": prairieXml(), [SCAN]: buildTiff([{ tags: greyTags(4, 8), segments: [new Uint8Array(64)] }]) },
  ],
  ["a TIFF of deflated zeros", { "b.tif": deflatedTiff() }],
  ["a TIFF of many strips", { "b.tif": stripedTiff() }],
];

function geoJsonOf(points: string): string {
  return `{"type":"Polygon","coordinates":[[${points}]]}`;
}

function geoPoint(): string {
  return '{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{}}';
}

function prairieXml(): string {
  return filled(
    FILE,
    '<?xml version="1.0"?><PVScan version="5.3"><Sequence type="Linescan" cycle="1"><Frame>',
    "</Frame></Sequence></PVScan>",
  );
}
