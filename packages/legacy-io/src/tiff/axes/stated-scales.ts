// The physical step of each axis of an image, as its TIFF states it.

import {
  type AxisCalibration,
  CALIBRATION_TOLERANCE,
  chooseCalibration,
} from "../descriptions/axis-calibration.ts";
import type { ImageLayout } from "./image-layout.ts";

type ScaleUnit = "s" | "um";

/** The step of an axis in a unit that metadata have, and where in the file it stands. */
export interface StatedScale {
  readonly step: number;
  readonly unit: ScaleUnit;
  readonly source: string;
}

/** One entry per axis of the image; null for an axis about which the file says nothing that can be meant. */
export type StatedScales = readonly (StatedScale | null)[];

const TIME = "t";

/**
 * The steps that a TIFF states for the axes of its image: seconds along `t`, µm along the others. A length along lines and a
 * time along places count for nothing.
 */
export function statedScales(
  { axes, scaledAs }: Pick<ImageLayout, "axes" | "scaledAs">,
  calibration: readonly AxisCalibration[],
): StatedScales {
  return axes.map((axis, at) => {
    const said = calibration.find((one) => one.axis === scaledAs[at]);
    const wanted = axis === TIME ? "s" : "um";
    return said?.unit === wanted ? { step: said.step, unit: wanted, source: said.source } : null;
  });
}

/** One sentence for each place of the file that gives an axis of the image another step than the one that is used. */
export function scaleConflicts(
  layout: Pick<ImageLayout, "axes" | "scaledAs">,
  candidates: readonly AxisCalibration[],
): readonly string[] {
  const sources = [...new Set(candidates.map(({ source }) => source))].filter((one) => one !== "resolution");
  const used = statedScales(layout, chooseCalibration(candidates));
  return sources.flatMap((source) => {
    const own = statedScales(
      layout,
      candidates.filter((one) => one.source === source),
    );
    return own.flatMap((scale, at) => {
      const chosen = used[at];
      return scale && chosen && Math.abs(scale.step / chosen.step - 1) > CALIBRATION_TOLERANCE
        ? [
            `axis ${layout.axes[at]}: ${source} says ${scale.step} ${scale.unit}, ${chosen.source} says ${chosen.step} ${chosen.unit}`,
          ]
        : [];
    });
  });
}

/** Reads scales back from the attribute in which an ingest keeps them; none for another value. */
export function parseStatedScales(value: unknown, rank: number): StatedScales {
  const list: readonly unknown[] = Array.isArray(value) && value.length === rank ? value : [];
  return Array.from({ length: rank }, (_, axis) => scaleOf(list[axis]));
}

function scaleOf(value: unknown): StatedScale | null {
  if (typeof value !== "object" || value === null) {
    return null;
  }
  const { step, unit, source } = Object.fromEntries(Object.entries(value));
  const isStep = typeof step === "number" && step > 0 && Number.isFinite(step);
  return isStep && (unit === "s" || unit === "um") && typeof source === "string"
    ? { step, unit, source }
    : null;
}
