import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { openOibFolder } from "../../../src/formats/olympus-oif/oif-folder.ts";
import { planeNames, scannedAxes } from "../../../src/formats/olympus-oif/oif-names.ts";
import { openOifLines } from "../../../src/formats/olympus-oif/oif-planes.ts";
import type { RecordedScan, Recording } from "../../../src/formats/recording-format.ts";
import { openRecording } from "../../../src/node/recordings/open-recording.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";

/** Pixels, as other readers of a test give them. */
export interface ReadPixels {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sha256: string;
}

/** A recording from the disk: its first scan with the hash of its pixels, and what else is in it. */
export async function readRecorded(
  path: string,
): Promise<{ readonly recording: Recording; readonly scan: RecordedScan; readonly pixels: ReadPixels }> {
  const { recording, close } = await openRecording(path);
  try {
    const [scan] = recording.scans;
    if (scan === undefined) {
      throw new Error(`${path} has no line scan, but ${recording.notScans.join()}`);
    }
    return { recording, scan, pixels: hashed(await scan.readLines(0, scan.shape.at(-2) ?? 0)) };
  } finally {
    close();
  }
}

/** The planes of an `.oib`, whether or not they are a line scan. */
export async function readOibPlanes(path: string): Promise<ReadPixels> {
  const limits = { maxDecodedBytes: 2 ** 28, maxTextBytes: 2 ** 24, maxEntries: 10_000 };
  const main = bytesSource(await readFile(path));
  const folder = await openOibFolder(
    { fileName: "sample.oib", main, companion: async () => undefined },
    limits,
  );
  const { planes } = planeNames(folder.main, scannedAxes(folder.main), folder.names, limits.maxEntries);
  const lines = await openOifLines(folder, planes, limits, undefined);
  if (lines === undefined) {
    throw new Error(`${path} has no planes`);
  }
  return hashed(await lines.read(0, lines.lines));
}

function hashed({ shape, dtype, data }: Awaited<ReturnType<RecordedScan["readLines"]>>): ReadPixels {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { shape, dtype, sha256: createHash("sha256").update(bytes).digest("hex") };
}
