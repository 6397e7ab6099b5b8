// Reads the line scans of Leica's image files (LIF).

import type { NdArray } from "@kym/zarr-store";
import { createNdArray, itemSizeBytes } from "@kym/zarr-store/array";
import { MACHINE_ENDIAN, swapInPlace } from "@kym/zarr-store/bytes";
import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../../tiff/byte-source.ts";
import type { RecordedScan, Recording, RecordingFormat } from "../recording-format.ts";
import { readLifBlocks, readLifHeader } from "./lif-container.ts";
import { type LifScan, lifScanOf } from "./lif-scan.ts";
import { readLifXml } from "./read-lif-xml.ts";
import { readStrided } from "./read-strided.ts";

/**
 * Images with lines along t and pixels along x are scans, whatever the file calls its scan mode. The order of their bytes is that of
 * `BytesInc` alone. The layout follows liffile's source and a public file of frames (docs/formats.md#leica-lif).
 */
export const lifFormat: RecordingFormat = {
  name: "leica_lif",
  endings: [".lif"],
  version: 1,
  open: async ({ main, signal }, limits): Promise<Recording> => {
    const header = await readLifHeader(main, limits);
    const { version, images, photonCounts } = await readLifXml(header.text);
    const blocks = await readLifBlocks(main, header, version, limits);
    const names = new Map<string, number>();
    const scans: RecordedScan[] = [];
    const notScans = photonCounts.map((path) => `the photon counts ${JSON.stringify(path)} (FLIM)`);
    const warnings: string[] = [];
    for (const image of images) {
      const scan = lifScanOf(image, blocks, limits);
      if (typeof scan === "string") {
        notScans.push(scan);
        continue;
      }
      warnings.push(...scan.warnings);
      scans.push(scanOf(main, scan, uniqueName(names, scan.facts.name), signal));
    }
    return { scans, notScans, warnings };
  },
};

/** Images of one name are counted: `Series`, `Series (2)`. */
function uniqueName(names: Map<string, number>, name: string): string {
  const count = (names.get(name) ?? 0) + 1;
  names.set(name, count);
  return count === 1 ? name : uniqueName(names, `${name} (${count})`);
}

function scanOf(
  source: ByteSource,
  scan: LifScan,
  name: string,
  signal: AbortSignal | undefined,
): RecordedScan {
  return {
    ...scan.facts,
    name,
    readLines: (start, stop, plane) => readLines(source, scan, { start, stop, plane }, signal),
  };
}

async function readLines(
  source: ByteSource,
  { dtype, channelOffsets, lines, pixels }: LifScan,
  {
    start,
    stop,
    plane,
  }: { readonly start: number; readonly stop: number; readonly plane: number | undefined },
  signal: AbortSignal | undefined,
): Promise<NdArray> {
  if (
    !(Number.isInteger(start) && Number.isInteger(stop) && 0 <= start && start <= stop && stop <= lines.count)
  ) {
    throw new LegacyIoError("invalid_argument", `lines ${start} to ${stop} are not within the scan`, {
      expected: `0 to ${lines.count}`,
      found: [start, stop],
    });
  }
  const count = stop - start;
  const offsets = plane === undefined ? channelOffsets : channelOffsets.slice(plane, plane + 1);
  const isMany = channelOffsets.length > 1;
  const array = createNdArray<typeof dtype>(dtype, [
    ...(isMany ? [offsets.length] : []),
    count,
    pixels.count,
  ]);
  const target = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
  const itemBytes = itemSizeBytes(dtype);
  const lineBytes = pixels.count * itemBytes;
  for (const [at, offset] of offsets.entries()) {
    const read = {
      offset: offset + start * lines.stepBytes,
      targetOffset: at * count * lineBytes,
      itemBytes,
      axes: [
        { count, stepBytes: lines.stepBytes, targetStepBytes: lineBytes },
        { count: pixels.count, stepBytes: pixels.stepBytes, targetStepBytes: itemBytes },
      ] as const,
    };
    await readStrided(source, read, target, signal);
  }
  if (MACHINE_ENDIAN === "big") {
    swapInPlace(target, itemBytes);
  }
  return array;
}
