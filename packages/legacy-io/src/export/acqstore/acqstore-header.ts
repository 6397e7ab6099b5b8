// What acqstore's documents say of an image's shape, calibration and time of acquisition.

import type { MetadataHeader } from "@kym/kym-schema";
import type { DType } from "@kym/zarr-store";
import { itemSizeBytes } from "@kym/zarr-store/array";
import type { WrittenNgffAxis } from "../ngff/ngff-layout.ts";
import { pythonDictionary, pythonTuple } from "./python-text.ts";

/** An image as its export lays it out. */
export interface AcqstoreImageFacts {
  readonly axes: readonly WrittenNgffAxis[];
  /** In the order of `axes`. */
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** The step of an axis and what acqstore calls its unit. */
export interface AcqstoreStep {
  readonly step: number;
  readonly label: "seconds" | "um" | "Pixels";
}

/** Unknown, in acqstore's words. */
const NO_STEP: AcqstoreStep = { step: 1, label: "Pixels" };
const NS_PER_MS = 1_000_000n;

/** The steps of the rows and of the columns. */
export function acqstoreSteps(axes: readonly WrittenNgffAxis[]): readonly [AcqstoreStep, AcqstoreStep] {
  const stepOf = (name: "y" | "x"): AcqstoreStep => {
    const axis = axes.find((one) => one.name === name);
    return axis?.is == null ? NO_STEP : { step: axis.scale, label: axis.is === "time" ? "seconds" : "um" };
  };
  return [stepOf("y"), stepOf("x")];
}

/** The date as `YYYYMMDD` and the time as `HH:MM:SS` of the microscope's clock; empty if unknown. */
export function acqstoreDate({ acquiredLocalEpochNs }: Pick<MetadataHeader, "acquiredLocalEpochNs">): {
  readonly date: string;
  readonly time: string;
} {
  const ms = acquiredLocalEpochNs === undefined ? Number.NaN : Number(acquiredLocalEpochNs / NS_PER_MS);
  const instant = new Date(ms);
  if (Number.isNaN(instant.getTime())) {
    return { date: "", time: "" };
  }
  const iso = instant.toISOString();
  return { date: iso.slice(0, 10).replaceAll("-", ""), time: iso.slice(11, 19) };
}

/** The member `image_header_metadata` of the sidecar. */
export function headerMetadata(
  { axes, shape, dtype }: AcqstoreImageFacts,
  date: { readonly date: string; readonly time: string },
): Readonly<Record<string, string | number>> {
  const [y, x] = acqstoreSteps(axes);
  const dims = dimsOf(axes);
  return {
    ...date,
    dims: pythonTuple(dims),
    dtype,
    num_channels: channelsOf(axes, shape),
    num_scenes: 1,
    physical_label_x: x.label,
    physical_label_y: y.label,
    physical_unit_x: x.step,
    physical_unit_y: y.step,
    shape: pythonTuple(shape),
    sizes: pythonDictionary(dims.map((dim, at) => [dim, shape[at] ?? 1])),
  };
}

/** The block `acqstore_pixels` of the image's group. `path` is relative: acqstore only shows it. */
export function acqstorePixels(
  { axes, shape, dtype }: AcqstoreImageFacts,
  path: string,
  date: { readonly date: string; readonly time: string },
): Readonly<Record<string, unknown>> {
  const dims = dimsOf(axes);
  const [y, x] = acqstoreSteps(axes);
  const stepOf = (name: WrittenNgffAxis["name"]): AcqstoreStep =>
    name === "y" ? y : name === "x" ? x : NO_STEP;
  const steps = axes.map(({ name }) => stepOf(name));
  const sizeBytes = shape.reduce((product, length) => product * length, itemSizeBytes(dtype));
  return {
    header: {
      path,
      shape,
      dims,
      sizes: Object.fromEntries(dims.map((dim, at) => [dim, shape[at] ?? 1])),
      dtype,
      num_channels: channelsOf(axes, shape),
      physical_units: steps.map(({ step }) => step),
      physical_units_labels: steps.map(({ label }) => label),
      ...date,
      file_size: `${Math.round(sizeBytes / 1000)} KB`,
    },
    source_path: path,
    acquisition_metadata: {},
    source_metadata: {},
  };
}

function dimsOf(axes: readonly WrittenNgffAxis[]): readonly string[] {
  return axes.map(({ name }) => name.toUpperCase());
}

function channelsOf(axes: readonly WrittenNgffAxis[], shape: readonly number[]): number {
  return shape[axes.findIndex(({ name }) => name === "c")] ?? 1;
}
