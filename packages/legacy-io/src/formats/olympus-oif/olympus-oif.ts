// The formats of Olympus FluoView FV1000 and FV1200: `.oif` with its folder of TIFFs, and `.oib`, the same in one file.

import { itemSizeBytes } from "@kym/zarr-store/array";
import { LegacyIoError } from "../../errors.ts";
import type { Recording, RecordingFiles, RecordingFormat, RecordingLimits } from "../recording-format.ts";
import { type OifFolder, oifFolderName, openOibFolder, openOifFolder } from "./oif-folder.ts";
import { type OifAxis, type OifPlaneNames, planeNames, scannedAxes } from "./oif-names.ts";
import { oifScan } from "./oif-scan.ts";

/** Reads line scans of an `.oib`. docs/formats.md#olympus-oib-and-oif says what is read and where that is known from. */
export const olympusOibFormat: RecordingFormat = {
  name: "olympus_oib",
  endings: [".oib"],
  version: 1,
  open: async (files, limits) => readFolder(await openOibFolder(files, limits), files, limits),
};

/** Reads line scans of an `.oif` and its folder `<name>.oif.files`. */
export const olympusOifFormat: RecordingFormat = {
  name: "olympus_oif",
  endings: [".oif"],
  version: 1,
  companionsOf: (fileName, paths) => {
    const start = `${oifFolderName(fileName)}/`;
    return paths.filter((path) => path.startsWith(start));
  },
  open: async (files, limits) => readFolder(await openOifFolder(files, limits), files, limits),
};

async function readFolder(
  folder: OifFolder,
  files: RecordingFiles,
  limits: RecordingLimits,
): Promise<Recording> {
  const axes = scannedAxes(folder.main);
  const names = planeNames(folder.main, axes, folder.names, limits.maxEntries);
  if (!isLineScan(folder, axes, names)) {
    return { scans: [], notScans: [pictureWords(folder, axes)], warnings: [] };
  }
  const { scan, warnings } = await oifScan({ folder, axes, names, limits, files });
  const { dtype, shape } = scan;
  const sizeBytes = shape.reduce((product, length) => product * length, itemSizeBytes(dtype));
  if (sizeBytes > limits.maxDecodedBytes) {
    throw new LegacyIoError("not_supported", `${files.fileName}: a scan of ${sizeBytes} bytes`, {
      path: files.fileName,
      expected: limits.maxDecodedBytes,
      found: sizeBytes,
    });
  }
  return { scans: [scan], notScans: [], warnings };
}

/** Lines along X over T. Y is not in `AxisOrder`, or has one step. */
function isLineScan({ main }: OifFolder, axes: readonly OifAxis[], { others }: OifPlaneNames): boolean {
  const axis = (code: string): OifAxis | undefined => axes.find((each) => each.code === code);
  const isAlongTime =
    axes.length === 0
      ? main.text("Acquisition Parameters Common", "ScanMode") === "XT"
      : axis("T") !== undefined;
  const isOfLines = (axis("Y")?.size ?? 0) <= 1;
  const isOneSeries = axes.every(({ code, size }) => "XYTC".includes(code) || size <= 1);
  return isAlongTime && isOfLines && isOneSeries && others.length === 0;
}

function pictureWords({ main }: OifFolder, axes: readonly OifAxis[]): string {
  const sizes = axes.map(({ code, size }) => `${code} ${size}`).join(", ");
  const name = main.text("File Info", "DataName");
  return `the frame scan${name === undefined ? "" : ` ${JSON.stringify(name.slice(0, 200))}`} (${sizes || "no axes"})`;
}
