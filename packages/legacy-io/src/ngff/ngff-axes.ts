// Decides the axes and steps of an OME-Zarr image, from the words of NGFF, of acqstore and of this system.

import type { JsonNode } from "@kym/zarr-store/json";
import { LegacyIoError } from "../errors.ts";
import { presentMember } from "../formats/json/legacy-json.ts";
import type { SaidAxes } from "../tiff/axes/image-layout.ts";
import {
  type AxisCalibration,
  axisCalibration,
  CALIBRATION_TOLERANCE,
} from "../tiff/descriptions/axis-calibration.ts";
import type { NgffImage } from "./ngff-image.ts";

export interface NgffAxes {
  /** Without axes of one element, but channels, rows and columns. */
  readonly said: SaidAxes;
  /** Sentences: steps that are not used, and places that contradict each other. */
  readonly problems: readonly string[];
}

/** What acqstore and this system call a step, by the axis of NGFF. */
interface OtherWords {
  readonly step: number | undefined;
  readonly unit: string | undefined;
}

/**
 * The axes of an array of a shape. acqstore's own steps count before those of NGFF, as acqstore does it; an axis without a
 * unit of NGFF has the unit that this system wrote beside it.
 * @throws {LegacyIoError} `invalid_file` if there are more or fewer axes than the array has
 */
export function ngffAxes(image: NgffImage, shape: readonly number[]): NgffAxes {
  if (image.axes.length !== shape.length) {
    throw new LegacyIoError(
      "invalid_file",
      `expected ${image.axes.length} axes as the group names them, found an array of the shape [${shape}]`,
      { expected: image.axes.length, found: shape },
    );
  }
  const problems = [...image.problems];
  const ofAcqstore = acqstoreWords(image);
  const ofOwn = ownUnits(image.own);
  const calibration = image.axes.flatMap(({ name, unit }, at): readonly AxisCalibration[] => {
    const step = image.steps?.[at];
    const spelled = unit ?? ofOwn.at(at - image.axes.length);
    const ngff = step === undefined ? undefined : axisCalibration(name, step, spelled, "ngff");
    const words = ofAcqstore.get(name);
    const own = words?.step === undefined ? undefined : axisCalibration(name, words.step, words.unit, "ngff");
    if (own !== undefined && ngff !== undefined && !isSame(own, ngff)) {
      problems.push(
        `axis ${name}: acqstore_pixels says ${own.step} ${own.unit}, the scale says ${ngff.step} ${ngff.unit}: acqstore_pixels counts`,
      );
    }
    const used = own ?? ngff;
    if (used === undefined && step !== undefined && step !== 1 && spelled === undefined && name !== "c") {
      problems.push(`axis ${name} has the step ${step} without a unit: it is not used`);
    }
    return used === undefined ? [] : [used];
  });
  // A plane of many-dimensional programs has axes of one element, which say nothing.
  const names = image.axes.map(({ name }) => name);
  const isPlane = ["y", "x"].every((name) => names.includes(name));
  const kept = [...shape.keys()].filter(
    (at) => !isPlane || PLANE_AND_CHANNELS.has(names[at] ?? "") || (shape[at] ?? 1) > 1,
  );
  const said: SaidAxes = {
    shape: kept.map((at) => shape[at] ?? 1),
    axes: kept.map((at) => names[at] ?? ""),
    ...{ axesSource: "ome", calibration },
  };
  return { said, problems };
}

const PLANE_AND_CHANNELS: ReadonlySet<string> = new Set(["c", "y", "x"]);

function isSame(a: AxisCalibration, b: AxisCalibration): boolean {
  return a.unit === b.unit && Math.abs(a.step / b.step - 1) <= CALIBRATION_TOLERANCE;
}

/** The steps in `acqstore_pixels.header`, by the name of their axis. */
function acqstoreWords({ pixels }: NgffImage): ReadonlyMap<string, OtherWords> {
  const header = pixels?.kind === "object" ? presentMember(pixels, "header") : undefined;
  if (header?.kind !== "object") {
    return new Map();
  }
  const [dims, units, labels] = ["dims", "physical_units", "physical_units_labels"].map((key) => {
    const list = presentMember(header, key);
    return list?.kind === "array" ? list.items : [];
  });
  return new Map(
    (dims ?? []).slice(0, 8).flatMap((dim, at): [string, OtherWords][] => {
      const [step, label] = [units?.[at], labels?.[at]];
      return dim.kind === "string"
        ? [
            [
              dim.value.toLowerCase(),
              {
                step: step?.kind === "number" ? Number(step.text) : undefined,
                unit: label?.kind === "string" ? label.value : undefined,
              },
            ],
          ]
        : [];
    }),
  );
}

/** The units of the axes in `kym.axes`, in their order. */
function ownUnits(own: JsonNode | undefined): readonly (string | undefined)[] {
  const list = own && presentMember(own, "axes");
  return list?.kind === "array"
    ? list.items.map((item) => {
        const unit = item.kind === "object" ? presentMember(item, "unit") : undefined;
        return unit?.kind === "string" ? unit.value : undefined;
      })
    : [];
}
