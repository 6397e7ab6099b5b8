// Decides which axes a TIFF's image has for an ingest: which is time, which is space, and in which order they are stored.

import type { AxisCalibration } from "../descriptions/axis-calibration.ts";
import type { AxesSource } from "../pixels/tiff-layout.ts";

/** What a file says about its axes, as in `TiffInfo`. */
export interface SaidAxes {
  readonly shape: readonly number[];
  readonly axes: readonly string[];
  readonly axesSource: AxesSource;
  readonly calibration: readonly AxisCalibration[];
}

/** How the array of a file becomes the image of a dataset. */
export interface ImageLayout {
  /** Names of the image's axes, slowest first. A line scan is `t x` or `c t x`. */
  readonly axes: readonly string[];
  readonly shape: readonly number[];
  /** For each axis of the image, the axis of the file. Axes of length 1 may be left out. */
  readonly from: readonly number[];
  /** For each axis of the image, the axis whose step it has in the calibration of the file; undefined if none can be meant. */
  readonly scaledAs: readonly (string | undefined)[];
  /** True if the elements are in another order than in the file. */
  readonly isReordered: boolean;
  /** A sentence for people where the file contradicts itself. */
  readonly warning: string | undefined;
}

interface FileAxis {
  readonly name: string;
  readonly at: number;
  readonly length: number;
}

const TIME = "t";
const CHANNEL = "c";
const SAMPLES = "s";
const LINE_SCAN_AXES: readonly string[] = [TIME, "x"];
const SPACE: ReadonlySet<string> = new Set(["x", "y", "z"]);
/** Descriptions whose stack of planes may be one of lines: `z` is what they call it if nobody said more. */
const NAMELESS_STACKS: ReadonlySet<AxesSource> = new Set(["imagej", "default"]);

/**
 * Decides the axes of the image. A lab's plane is a line scan: its rows are lines in time, its columns places. The file's own
 * axes and units say which is which:
 *
 * | the file says | the image |
 * |---|---|
 * | an axis `t` and one of space, in any order, with or without channels | `t x`, `c t x` |
 * | planes of one row along `t`, or along ImageJ's `z` without a step | `t x`, `c t x` |
 * | columns in a unit of time, rows not | turned: `t x`, `c t x` |
 * | anything else in two axes, or in two and channels | rows are `t`, columns are `x` |
 * | ScanImage's pictures, also one alone | its own axes |
 * | other stacks | its own axes |
 */
export function imageLayout(said: SaidAxes): ImageLayout {
  const axes = fileAxes(said);
  if (said.axesSource === "scanimage" && axes.some(({ name, length }) => name === "y" && length > 1)) {
    return asItIs(said);
  }
  return lineScan(axes) ?? stackOfLines(axes, said) ?? plane(axes, said) ?? asItIs(said);
}

/** The samples of a pixel are channels, unless the file has channels besides. */
function fileAxes({ axes, shape }: SaidAxes): readonly FileAxis[] {
  return axes.map((name, at) => ({
    name: name === SAMPLES && !axes.includes(CHANNEL) ? CHANNEL : name,
    at,
    length: shape[at] ?? 1,
  }));
}

/** An axis of time, and at most one of space that is longer than 1. */
function lineScan(axes: readonly FileAxis[]): ImageLayout | undefined {
  const time = axes.find(({ name }) => name === TIME);
  const others = axes.filter(({ name }) => name !== TIME && name !== CHANNEL);
  const long = others.filter(({ length }) => length > 1);
  // Samples besides channels count as an axis of space, and then there is one too many.
  const space = long[0] ?? others.find(({ name }) => name === "x") ?? others.at(-1);
  return time !== undefined && space !== undefined && long.length <= 1 && SPACE.has(space.name)
    ? layoutOf(axes, { time, space, timeAs: TIME, spaceAs: space.name })
    : undefined;
}

/** Planes of one row, one after another, that nobody called frames. An interval of frames is not the period of these lines. */
function stackOfLines(axes: readonly FileAxis[], said: SaidAxes): ImageLayout | undefined {
  const [stack, rows, space] = ["z", "y", "x"].map((wanted) => axes.find(({ name }) => name === wanted));
  const step = said.calibration.find(({ axis }) => axis === "z");
  const isOne = stack !== undefined && stack.length > 1 && rows?.length === 1 && space !== undefined;
  const areLines = NAMELESS_STACKS.has(said.axesSource) && (step === undefined || step.unit === "s");
  return isOne && areLines ? layoutOf(axes, { time: stack, space, timeAs: "z", spaceAs: "x" }) : undefined;
}

/** One plane, with or without channels. Its units may say that columns are time. */
function plane(axes: readonly FileAxis[], said: SaidAxes): ImageLayout | undefined {
  const [first, second, ...further] = axes.filter(({ name }) => name !== CHANNEL);
  if (first === undefined || second === undefined || further.length > 0) {
    return undefined;
  }
  const isTime = ({ name }: FileAxis): boolean =>
    said.calibration.some(({ axis, unit }) => axis === name && unit === "s");
  const [isRow, isColumn] = [isTime(first), isTime(second)];
  const isScan = axes.length === 2;
  if (isRow === isColumn) {
    // A unit of ImageJ holds for both axes unless it has one of its own, so nobody knows which of them was meant.
    const warning = isRow
      ? "the TIFF gives a unit of time along rows and columns: neither step is used"
      : undefined;
    const as = isRow ? undefined : { timeAs: first.name, spaceAs: second.name };
    return isScan ? { ...layoutOf(axes, { time: first, space: second, ...as }), warning } : undefined;
  }
  const [time, space] = isRow ? [first, second] : [second, first];
  return layoutOf(axes, { time, space, timeAs: time.name, spaceAs: space.name });
}

interface LinesOf {
  readonly time: FileAxis;
  readonly space: FileAxis;
  readonly timeAs?: string | undefined;
  readonly spaceAs?: string | undefined;
}

function layoutOf(axes: readonly FileAxis[], { time, space, timeAs, spaceAs }: LinesOf): ImageLayout {
  const channels = axes.filter(({ name, length }) => name === CHANNEL && length > 1);
  const order = [...channels, time, space];
  return {
    axes: [...channels.map(() => CHANNEL), ...LINE_SCAN_AXES],
    shape: order.map(({ length }) => length),
    from: order.map(({ at }) => at),
    scaledAs: [...channels.map(() => undefined), timeAs, spaceAs],
    isReordered: isReordered(order),
    warning: undefined,
  };
}

/** The axes of the file. */
function asItIs({ axes, shape }: Pick<SaidAxes, "axes" | "shape">): ImageLayout {
  const from = [...axes.keys()];
  return { axes, shape, from, scaledAs: axes, isReordered: false, warning: undefined };
}

/** Axes of length 1 can be anywhere. */
function isReordered(order: readonly FileAxis[]): boolean {
  const long = order.filter(({ length }) => length > 1);
  return long.some(({ at }, index) => at < (long[index - 1]?.at ?? 0));
}

/** The axes of the image in the order in which the file stores them. */
export function axesOfFile({ axes, from }: Pick<ImageLayout, "axes" | "from">): readonly string[] {
  return axes
    .map((axis, at) => ({ axis, at: from[at] ?? 0 }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ axis }) => axis);
}

/** Whether rows and columns of a file are places and lines, the other way round than in a line scan. */
export function isTurned(fileAxes: readonly string[] | undefined): boolean {
  return fileAxes !== undefined && fileAxes.indexOf("x") < fileAxes.indexOf(TIME);
}
