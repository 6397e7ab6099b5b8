import { ndArrayBytes } from "@kym/zarr-store/array";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { readTiff, type TiffImage } from "../../../src/tiff/read-tiff.ts";
import { scanImageTiff } from "../../support/recordings/scanimage-files.ts";
import type { FuzzedParser } from "../fuzz-parsers.ts";
import { readNaively } from "../naive-tiff.ts";

const SIZE = { frames: 2, height: 3, width: 4 };

/** ScanImage's pages against those of a reader that knows the specification of TIFF and nothing else. */
export const FUZZED_SCANIMAGE: FuzzedParser<TiffImage> = {
  name: "ScanImage",
  sounds: [
    scanImageTiff({ ...SIZE, stampStep: 0.0025, values: { "hRoiManager.scanFramePeriod": "0.0025" } }),
    scanImageTiff({ ...SIZE, textIn: "software", channels: 1 }),
    scanImageTiff({ ...SIZE, textIn: "description", values: { "hRoiManager.scanAngleMultiplierSlow": "1" } }),
  ],
  read: (bytes) => readTiff(bytesSource(bytes)),
  disagreement: ({ image, info }, file) => {
    const whole = readNaively(file);
    // Behind a directory that says no size, the naive reader goes on.
    const isBrokenOff = info.warnings.some((warning) => warning.startsWith("the chain of directories"));
    const pages = isBrokenOff ? Math.min(info.pageCount, whole.planeCount) : whole.planeCount;
    const naive = {
      ...whole,
      planeCount: pages,
      bytes: whole.bytes.subarray(0, (whole.bytes.length / whole.planeCount) * pages),
    };
    const [height = 1, width = 1] = naive.planeShape;
    const found = Buffer.from(ndArrayBytes(image));
    if (!info.arePagesJoined) {
      return found.equals(naive.bytes) ? undefined : `other pixels along ${info.axes}`;
    }
    const channels = info.axes[0] === "c" ? (info.shape[0] ?? 1) : 1;
    const lines = info.shape.at(-2) ?? 0;
    const frames = naive.planeCount / channels;
    const gap = (lines - frames * height) / (frames - 1);
    const rowBytes = naive.bytes.length / (naive.planeCount * height);
    const rows = Array.from({ length: channels * lines }, (_, row) => {
      const [channel, line] = [Math.floor(row / lines), row % lines];
      const [frame, inFrame] = [Math.floor(line / (height + gap)), line % (height + gap)];
      const start = ((frame * channels + channel) * height + inFrame) * rowBytes;
      return inFrame < height ? naive.bytes.subarray(start, start + rowBytes) : new Uint8Array(rowBytes);
    });
    const isWhole = Number.isInteger(gap) && gap >= 0 && gap <= height && info.shape.at(-1) === width;
    return isWhole && found.equals(Buffer.concat(rows)) ? undefined : `other lines with gaps of ${gap}`;
  },
};
