import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { openFileSource } from "../../src/node/tiff/file-source.ts";
import type { ByteSource } from "../../src/tiff/byte-source.ts";
import { describeTiff, readTiff, readTiffRegion } from "../../src/tiff/read-tiff.ts";

const folder = findSharedData("kymographs") ?? "";
const onData = test.runIf(folder !== "");

/** Shape, pixel sum, least, greatest, and the first 16 digits of the SHA-256 of the little-endian pixels. */
const KNOWN = [
  ["Capillary1_0001.tif", [30000, 38], 239139704, 105, 400, "934411571f7bd457"],
  ["Capillary2_no_txt.tif", [30000, 25], 114169916, 102, 258, "42b8f6ac905a70bf"],
  ["28d AngII/20250722/20250722_A89_0002.tif", [30000, 19], 103559460, 22, 829, "2a4d00f008ea4835"],
  ["28d AngII/20250722/20250722_A89_0003.tif", [30000, 10], 113284891, 36, 1207, "a0eb5ab7445067ee"],
] as const;

onData.for(KNOWN)("%s has the pixels that are known", async ([name, shape, sum, least, greatest, sha256]) => {
  using source = openFileSource(join(folder, name));
  const { image } = await readTiff(source);
  expect(image.dtype).toBe("uint16");
  expect(image.shape).toEqual(shape);
  const pixels = image.data as Uint16Array;
  expect(pixels.reduce((total, value) => total + value, 0)).toBe(sum);
  expect(pixels.reduce((a, b) => Math.min(a, b))).toBe(least);
  expect(pixels.reduce((a, b) => Math.max(a, b))).toBe(greatest);
  expect(createHash("sha256").update(pixels).digest("hex").slice(0, 16)).toBe(sha256);
});

onData("a file of 2022 says by itself that it is a line scan, in two places, each named", async () => {
  using source = openFileSource(join(folder, "Capillary1_0001.tif"));
  const info = await describeTiff(source);
  expect(info.axes).toEqual(["t", "x"]);
  expect(info.axesSource).toBe("mm_header");
  expect(info.software).toBe("FV30S-SW /FileVersion=1.2.6.0 /FVExportVersion=1.0.0.1");
  expect(info.description).toContain("Date=11-02-2022\r\nTime=12:30:15");
  expect(info.calibration).toEqual([
    { axis: "x", step: 0.284, unit: "um", source: "mm_header" },
    { axis: "t", step: 0.0011700390013000433, unit: "s", source: "mm_header" },
  ]);
  expect(info.calibrationCandidates).toEqual([
    ...info.calibration,
    { axis: "x", step: 0.284, unit: "um", source: "page_name" },
    { axis: "t", step: 0.00117, unit: "s", source: "page_name" },
    { axis: "y", step: 138.88888888888889, unit: "um", source: "resolution" },
    { axis: "x", step: 138.88888888888889, unit: "um", source: "resolution" },
  ]);
  expect(info.warnings).toEqual([]);
});

onData("a file of 2025 says nothing about its scale: its resolution tags are a placeholder", async () => {
  using source = openFileSource(join(folder, "28d AngII/20250722/20250722_A89_0002.tif"));
  const info = await describeTiff(source);
  expect(info.axes).toEqual(["y", "x"]);
  expect(info.axesSource).toBe("default");
  expect(info.description).toBeUndefined();
  expect(info.calibration).toEqual([]);
  expect(info.calibrationCandidates.map(({ source: place }) => place)).toEqual(["resolution", "resolution"]);
});

onData("reading is one read of the pixels; describing reads the headers alone", async () => {
  using file = openFileSource(join(folder, "Capillary1_0001.tif"));
  const counting = countingSource(file);
  await describeTiff(counting);
  expect(counting.bytesRead()).toBeLessThan(40_000);
  const before = counting.reads().length;
  await readTiff(counting);
  expect(
    counting
      .reads()
      .slice(before)
      .filter((size) => size === 30000 * 38 * 2),
  ).toHaveLength(1);
  expect(counting.reads().length - before).toBeLessThan(6);
});

onData("a region reads its own rows and no others", async () => {
  using file = openFileSource(join(folder, "Capillary1_0001.tif"));
  const { image } = await readTiff(file);
  const counting = countingSource(file);
  const region = await readTiffRegion(counting, { rowStart: 12_345, rowStop: 12_400 });
  expect(region.shape).toEqual([55, 38]);
  expect(region.data).toEqual(image.data.slice(12_345 * 38, 12_400 * 38));
  expect(counting.bytesRead()).toBeLessThan(60_000);
});

function countingSource(source: ByteSource): ByteSource & {
  reads(): readonly number[];
  bytesRead(): number;
} {
  const sizes: number[] = [];
  return {
    sizeBytes: source.sizeBytes,
    read: (offset, length) => {
      sizes.push(length);
      return source.read(offset, length);
    },
    readInto: async (offset, target) => {
      sizes.push(target.byteLength);
      await source.readInto?.(offset, target);
    },
    reads: () => sizes,
    bytesRead: () => sizes.reduce((total, size) => total + size, 0),
  };
}
