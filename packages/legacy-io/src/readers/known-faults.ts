// The table of the silent faults that readers of earlier builds had. Whoever mends one adds an entry and raises the version.

import { PROVENANCE_KEYS } from "@kym/kym-schema/keys";
import type { ReaderFault, StoredRead } from "./reader-fault.ts";

/** The release of this package in which the faults below are mended. */
const FIRST_MENDED = "@kym/legacy-io 0.2.0";
/** Attributes that ingest has written only since both faults of version 1 of the TIFF reader were mended. */
const LATER_ATTRIBUTES = ["tiff_warnings", "tiff_value_calibration"];
const NUMBERS: ReadonlySet<string> = new Set(["int32", "int64", "float64", "bool"]);

/** One entry for each fault. `docs/correctness.md` lists them too. */
export const KNOWN_FAULTS: readonly ReaderFault[] = [
  {
    reader: "tiff",
    mendedIn: 2,
    since: FIRST_MENDED,
    wrong:
      "the int16 pixels of a TIFF of ImageJ were stored as uint16, 32768 too high, as ImageJ keeps them in its file",
    likelihood: async (stored) => {
      const sources = calibrationSources(stored);
      if (stored.dtype !== "uint16" || isReadLater(stored)) {
        return undefined;
      }
      // The tags of other programs are not in a file that ImageJ wrote.
      return sources.includes("imagej") ? "likely" : sources.length > 0 ? undefined : "possible";
    },
  },
  {
    reader: "tiff",
    mendedIn: 2,
    since: FIRST_MENDED,
    wrong:
      "the tiles of a TIFF that lists their places under the tags of strips, as old libtiff did, could be read as strips: the pixels were out of place",
    likelihood: async (stored) =>
      // ImageJ writes no tiles.
      isReadLater(stored) || calibrationSources(stored).includes("imagej") ? undefined : "possible",
  },
  {
    reader: "tiff",
    mendedIn: 3,
    since: FIRST_MENDED,
    wrong:
      "the scale that a TIFF states was not used where no file beside it gave one, and columns that are time were stored as places",
    likelihood: async (stored) => {
      const { dimension_steps: steps, tiff_scales: scales } = stored.attributes;
      const isUsed = steps !== undefined || scales !== undefined;
      return isUsed || calibrationSources(stored).length === 0 ? undefined : "likely";
    },
  },
  {
    reader: "tiff",
    mendedIn: 3,
    since: FIRST_MENDED,
    wrong: "the ROIs, info, labels, display ranges and LUTs that ImageJ keeps inside a TIFF were left out",
    likelihood: async (stored) => {
      const sources = calibrationSources(stored);
      // The tags of other programs are not in a file that ImageJ wrote.
      return sources.includes("imagej") || sources.length === 0 ? "possible" : undefined;
    },
  },
  {
    reader: "tiff",
    mendedIn: 4,
    since: FIRST_MENDED,
    wrong:
      "the channels, times and start of a TIFF of ScanImage were left out: its pages were one axis, and line scans were taken for pictures",
    likelihood: async (stored) => {
      const { scanimage, tiff_start: start } = stored.attributes;
      if (scanimage !== undefined) {
        return start === undefined ? "likely" : undefined;
      }
      // ScanImage stores int16. The tags of other programs are not in a file that it wrote.
      return stored.dtype === "int16" && calibrationSources(stored).length === 0 ? "possible" : undefined;
    },
  },
  {
    reader: "tiff",
    mendedIn: 4,
    since: FIRST_MENDED,
    wrong:
      "the scale, times and start of a Zeiss LSM file were left out, and its line scans were taken for pictures",
    likelihood: async (stored) => {
      const { [PROVENANCE_KEYS.sourceName]: name, tiff_start: start } = stored.attributes;
      const isLsm = typeof name === "string" && name.toLowerCase().endsWith(".lsm");
      const isSaid = calibrationSources(stored).some((source) => source === "lsm" || source === "lsm_stamps");
      return (isLsm || isSaid) && start === undefined ? "likely" : undefined;
    },
  },
  {
    reader: "acqstore_json",
    mendedIn: 2,
    since: FIRST_MENDED,
    wrong:
      "the ROIs, experiment, calibration and analyses of acqstore were left out: its JSON was the artifact tif",
    likelihood: async () => "likely",
  },
  ...["radon_velocity", "diameter", "sum_intensity"].map(
    (analysis): ReaderFault => ({
      reader: `acqstore_${analysis}`,
      mendedIn: 2,
      since: FIRST_MENDED,
      wrong: `the table ${analysis} of acqstore was not one of the pooled tables: it was the artifact tif.${analysis}`,
      likelihood: async () => "likely",
    }),
  ),
  ...["csv", "csv.gz"].flatMap((reader): readonly ReaderFault[] => [
    {
      reader,
      mendedIn: 2,
      since: FIRST_MENDED,
      wrong: "whole numbers of 19 digits were rounded to about 16 digits",
      likelihood: async ({ columns }) =>
        (await columns()).some(({ type, hasLongNumber }) => type === "float64" && hasLongNumber)
          ? "likely"
          : undefined,
    },
    {
      reader,
      mendedIn: 2,
      since: FIRST_MENDED,
      wrong:
        "text in quotes below titles without quotes was stored as numbers or booleans if it looked like them",
      likelihood: async ({ columns }) =>
        (await columns()).some(({ type }) => NUMBERS.has(type)) ? "possible" : undefined,
    },
    {
      reader,
      mendedIn: 3,
      since: FIRST_MENDED,
      wrong: "a table with semicolons or tabs between its cells was stored as one column of text",
      likelihood: async ({ columns }) =>
        (await columns()).some(({ name, type }) => type === "utf8" && /[;\t]/.test(name))
          ? "likely"
          : undefined,
    },
    {
      reader,
      mendedIn: 3,
      since: FIRST_MENDED,
      wrong: "a word for a missing value, such as NA, was stored as text in a column of text",
      likelihood: async ({ columns }) =>
        (await columns()).some(({ hasMissingWord }) => hasMissingWord) ? "likely" : undefined,
    },
  ]),
];

function isReadLater({ attributes }: StoredRead): boolean {
  return LATER_ATTRIBUTES.some((name) => Object.hasOwn(attributes, name));
}

/** Which descriptions and tags of the TIFF the calibration of its axes came from. */
function calibrationSources({ attributes }: StoredRead): readonly unknown[] {
  const { tiff_calibration: calibration } = attributes;
  return Array.isArray(calibration)
    ? calibration.flatMap((axis: unknown): readonly unknown[] =>
        typeof axis === "object" && axis !== null ? [Reflect.get(axis, "source")] : [],
      )
    : [];
}
