// Names Femtonics' files (MESc), and says why they are not read.

import { LegacyIoError } from "../errors.ts";
import type { RecordingFormat } from "./recording-format.ts";

const HDF5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as const;

/**
 * A MESc file is HDF5. The readers of HDF5 for JavaScript take the whole file into memory (jsfive) or are a build of the C library
 * that cannot be held to a limit (h5wasm), and no line scan of such a microscope was there to try.
 */
export const mescFormat: RecordingFormat = {
  name: "femtonics_mesc",
  endings: [".mesc"],
  version: 1,
  open: async ({ main }) => {
    const start = await main.read(0, Math.min(HDF5.length, main.sizeBytes));
    const isHdf5 = HDF5.every((byte, at) => start[at] === byte);
    if (!isHdf5) {
      throw new LegacyIoError("invalid_file", "MESc: it does not begin as HDF5 does", { offset: 0 });
    }
    throw new LegacyIoError(
      "not_supported",
      "MESc: Femtonics' files are HDF5, for which no reader is bounded as the others are: export the line scan as TIFF in MES or MESc",
      { expected: "a TIFF", found: "HDF5" },
    );
  },
};
