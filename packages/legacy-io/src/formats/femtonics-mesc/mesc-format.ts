// Names Femtonics' files (MESc), and says why they are not read.

import { LegacyIoError } from "../../errors.ts";
import type { RecordingFormat } from "../recording-format.ts";
import { isHdf5 } from "./is-hdf5.ts";

/**
 * A MESc file is HDF5. The readers of HDF5 for JavaScript take the whole file into memory (jsfive) or are a build of the C library
 * that cannot be held to a limit (h5wasm), and a line scan of such a microscope was not there to try.
 */
export const mescFormat: RecordingFormat = {
  name: "femtonics_mesc",
  endings: [".mesc"],
  version: 1,
  open: async ({ main }) => {
    if (!(await isHdf5(main))) {
      throw new LegacyIoError("invalid_file", "MESc: it does not begin as HDF5 does", { offset: 0 });
    }
    throw new LegacyIoError(
      "not_supported",
      "MESc: Femtonics' files are HDF5, which is not read, because its readers cannot be held to a limit of memory: export the line scan as TIFF",
      { expected: "a TIFF", found: "HDF5" },
    );
  },
};
