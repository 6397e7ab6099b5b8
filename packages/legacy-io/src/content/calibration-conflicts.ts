// Finds where the files of an image give it different calibrations, and says which one counts.

import { UNITS } from "@kym/kym-schema";
import type { AcqstoreSidecar } from "../formats/acqstore/acqstore-sidecar.ts";
import type { ClassicJson } from "../formats/json/classic-json.ts";
import type { OlympusHeader } from "../formats/olympus/olympus-header.ts";
import type { StatedScales } from "../tiff/axes/stated-scales.ts";
import { CALIBRATION_TOLERANCE } from "../tiff/descriptions/axis-calibration.ts";
import { isCalibrated, type LineScanCalibration, lineScanCalibration, stepsOf } from "./image-metadata.ts";

/** What one file says about the plane. */
export interface StatedCalibration extends Partial<LineScanCalibration> {
  /** The path of the file, relative to the folder. */
  readonly relPath: string;
  /** In words, as in `the microscope's header`. */
  readonly who: string;
  /** False for a file whose steps are told, but not used. */
  readonly counts: boolean;
}

/** What a header of the microscope says about an image of this shape. It counts only if it gives both steps. */
export function olympusSays(
  relPath: string,
  header: OlympusHeader,
  shape: readonly number[],
): StatedCalibration {
  const { secondsPerLine, umPerPx } = header;
  const counts = stepsOf(header, shape) !== undefined;
  return { relPath, who: "the microscope's header", counts, ...given({ secondsPerLine, umPerPx }) };
}

export function acqstoreSays(
  relPath: string,
  { scales: [rows, columns] }: AcqstoreSidecar,
): StatedCalibration {
  return {
    relPath,
    who: "acqstore",
    counts: true,
    ...given({
      secondsPerLine: rows?.unit === UNITS.second ? rows.step : undefined,
      umPerPx: columns?.unit === UNITS.micrometre ? columns.step : undefined,
    }),
  };
}

export function classicSays(relPath: string, classic: ClassicJson): StatedCalibration {
  const { voxels = [], voxelsUnits = [] } = isCalibrated(classic) ? (classic.header ?? {}) : {};
  const step = (at: number, unit: string): number | undefined =>
    voxelsUnits.at(at) === unit ? voxels.at(at) : undefined;
  const [secondsPerLine, umPerPx] = [step(-2, UNITS.second), step(-1, UNITS.micrometre)];
  return { relPath, who: "the classic JSON", counts: true, ...given({ secondsPerLine, umPerPx }) };
}

/** What the file of the pixels says of itself. */
export function tiffSays(
  { relPath, scales }: { readonly relPath: string; readonly scales: StatedScales },
  recording?: object | undefined,
): StatedCalibration {
  const [rows, columns] = [scales.at(-2), scales.at(-1)];
  const sources = [...new Set([rows, columns].flatMap((scale) => (scale ? [scale.source] : [])))];
  return {
    relPath,
    who: `the ${recording === undefined ? "TIFF" : "recording"} (${sources.join(", ")})`,
    counts: true,
    ...given({
      secondsPerLine: rows?.unit === UNITS.second ? rows.step : undefined,
      umPerPx: columns?.unit === UNITS.micrometre ? columns.step : undefined,
    }),
  };
}

/** What a metadata sidecar says, the text of which is JSON. */
export function sidecarSays(relPath: string, value: unknown): StatedCalibration {
  return {
    relPath,
    who: relPath.slice(relPath.lastIndexOf("/") + 1),
    counts: true,
    ...lineScanCalibration(value),
  };
}

/**
 * One note for each two files whose steps differ by more than 0.5 %, at the path of the later one.
 *
 * @param stated from the one that counts most to the one that counts least
 */
export function calibrationConflicts(
  stated: readonly StatedCalibration[],
): readonly { readonly path: string; readonly reason: string }[] {
  return STEPS.flatMap(({ key, shownIn: unit }) => {
    const used = stated.findIndex((one) => one.counts && one[key] !== undefined);
    const than = stated[used]?.[key];
    return stated.flatMap((one, at) => {
      const [step, later] = [one[key], stated[Math.max(at, used)]];
      if (step === undefined || than === undefined || later === undefined || isSame(step, than)) {
        return [];
      }
      const reason =
        later === one
          ? `its ${step} ${unit} are not used: ${stated[used]?.who} has ${than} ${unit}`
          : `its ${than} ${unit} are used; ${one.who} has ${step} ${unit}`;
      return [{ path: later.relPath, reason }];
    });
  });
}

function isSame(step: number, than: number): boolean {
  return Math.abs(step / than - 1) <= CALIBRATION_TOLERANCE;
}

const STEPS = [
  { key: "secondsPerLine", shownIn: "s" },
  { key: "umPerPx", shownIn: "\u00b5m" },
] as const;

/** Without the members that are undefined. */
function given(
  steps: { readonly [K in keyof LineScanCalibration]: number | undefined },
): Partial<LineScanCalibration> {
  const { secondsPerLine, umPerPx } = steps;
  return {
    ...(secondsPerLine !== undefined && { secondsPerLine }),
    ...(umPerPx !== undefined && { umPerPx }),
  };
}
