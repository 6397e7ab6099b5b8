// Line scans of the tests: cells that move at a known speed.
import { createHash } from "node:crypto";
import { createNdArray, type NdArray, type ZarrDataset, type ZarrImageRecord } from "@kym/zarr-store";

/** The calibration of the scans: 1 ms a line, 0.5 µm a pixel. */
export const HEADER: object = { voxels: [0.001, 0.5], voxels_units: ["s", "um"] };

/** Cells that move by so many pixels a line, with noise that is always the same. */
export function streaks(lines: number, columns: number, pxPerLine: number): NdArray<"uint16"> {
  let seed = 1;
  const noise = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const data = Uint16Array.from({ length: lines * columns }, (_, index) => {
    const [line, column] = [Math.floor(index / columns), index % columns];
    const place = (((column - pxPerLine * line) % 12) + 12) % 12;
    return Math.round((place < 5 ? 900 : 300) + 40 * noise());
  });
  return createNdArray("uint16", [lines, columns], data);
}

/** A rectangle as metadata store it. */
export function rect(
  id: number,
  [y0, y1]: readonly [number, number],
  [x0, x1]: readonly [number, number],
): object {
  return {
    ...{ roi_id: id, roi_type: "rect", version: "1.0", name: `roi${id}`, note: "", channel: 1, z: 0 },
    ...{ data: { dim0_start: y0, dim0_stop: y1, dim1_start: x0, dim1_stop: x1 }, meta: {}, revision: 0 },
  };
}

/** Adds a scan with ROIs and, unless it is left out, a calibration. */
export async function addScan(
  dataset: ZarrDataset,
  id: string,
  {
    pixels = streaks(96, 20, 0.5),
    rois,
    header = HEADER,
    axes = ["t", "x"],
  }: {
    readonly pixels?: NdArray;
    readonly rois?: readonly object[];
    readonly header?: object;
    readonly axes?: readonly string[];
  } = {},
): Promise<ZarrImageRecord> {
  const bytes = new Uint8Array(pixels.data.buffer);
  const record = await dataset.addImage(pixels, {
    ...{ id, axes },
    attributes: { pixels_sha256: createHash("sha256").update(bytes).digest("hex") },
  });
  if (rois !== undefined || Object.keys(header).length > 0) {
    await record.saveMetadataPayload({ version: "2.0", header, rois: rois ?? [] });
  }
  return record;
}
