// Reads the four calibration fields of acqstore's sidecar: a step and a word for its unit, of rows and of columns.

import { UNITS } from "@kym/kym-schema";
import { CALIBRATION_SOURCES } from "@kym/kym-schema/keys";
import { getMember, type JsonNode } from "@kym/zarr-store/json";
import type { StatedScale } from "../../tiff/axes/stated-scales.ts";
import { printableName } from "../rois/printable-name.ts";
import type { Problems } from "./read-piece.ts";

interface AxisFields {
  readonly step: string;
  readonly label: string;
  /** What this axis can be: the rows of a scan are lines, so seconds; columns are places. */
  readonly units: readonly StatedScale["unit"][];
}

/** The rows: seconds per line, or µm in an image of a plane. */
export const Y_AXIS: AxisFields = {
  step: "physical_unit_y",
  label: "physical_label_y",
  units: [UNITS.second, UNITS.micrometre],
};
/** The columns: µm. */
export const X_AXIS: AxisFields = {
  step: "physical_unit_x",
  label: "physical_label_x",
  units: [UNITS.micrometre],
};

/** What one of a unit is in the unit that metadata have. Divisors, because 1000 is exact and 0.001 is not. */
interface UnitWord {
  readonly unit: StatedScale["unit"];
  readonly per?: number;
  readonly times?: number;
}

const SECOND: UnitWord = { unit: UNITS.second };
const MILLISECOND: UnitWord = { unit: UNITS.second, per: 1e3 };
const MICROSECOND: UnitWord = { unit: UNITS.second, per: 1e6 };
const MICROMETRE: UnitWord = { unit: UNITS.micrometre };
const MILLIMETRE: UnitWord = { unit: UNITS.micrometre, times: 1e3 };
const NANOMETRE: UnitWord = { unit: UNITS.micrometre, per: 1e3 };

/** The words by their meaning, in lower case. */
const WORDS: ReadonlyMap<string, UnitWord> = new Map(
  [
    [SECOND, ["s", "sec", "secs", "second", "seconds"]] as const,
    [MILLISECOND, ["ms", "msec", "millisecond", "milliseconds"]] as const,
    [MICROSECOND, ["us", "\u00b5s", "\u03bcs", "usec", "microsecond", "microseconds"]] as const,
    [
      MICROMETRE,
      [
        ...["um", "\u00b5m", "\u03bcm", "micron", "microns"],
        ...["micrometer", "micrometers", "micrometre", "micrometres"],
      ],
    ] as const,
    [MILLIMETRE, ["mm", "millimeter", "millimeters", "millimetre", "millimetres"]] as const,
    [NANOMETRE, ["nm", "nanometer", "nanometers", "nanometre", "nanometres"]] as const,
  ].flatMap(([unit, words]) => words.map((word): [string, UnitWord] => [word, unit])),
);
/** Words that say that the step is not known; a step of 1 px is then no calibration. */
const UNKNOWN_STEP: ReadonlySet<string> = new Set(["", "pixel", "pixels", "px"]);

/** The step of an axis; null if the sidecar does not know it, or gives it in a unit that the axis cannot have. */
export function readScale(
  header: JsonNode | undefined,
  { step: stepKey, label: unitKey, units }: AxisFields,
  problems: Problems,
): StatedScale | null {
  const [stepNode, unitNode] = [memberOf(header, stepKey), memberOf(header, unitKey)];
  const label = unitNode?.kind === "string" ? unitNode.value.trim() : "";
  if (UNKNOWN_STEP.has(label.toLowerCase())) {
    return null;
  }
  const step = stepNode?.kind === "number" ? Number(stepNode.text) : Number.NaN;
  const word = WORDS.get(label.toLowerCase());
  if (word === undefined || !units.includes(word.unit)) {
    problems.push(`${unitKey} is ${JSON.stringify(printableName(label))}: its ${stepKey} is not used`);
    return null;
  }
  const inUnit = (step * (word.times ?? 1)) / (word.per ?? 1);
  if (!(inUnit > 0) || !Number.isFinite(inUnit)) {
    const found = stepNode?.kind === "number" ? printableName(stepNode.text) : (stepNode?.kind ?? "nothing");
    problems.push(`${stepKey} is ${found}, not a step above 0: it is not used`);
    return null;
  }
  return { step: inUnit, unit: word.unit, source: CALIBRATION_SOURCES.acqstore };
}

function memberOf(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.kind === "object" ? getMember(node, key) : undefined;
}
