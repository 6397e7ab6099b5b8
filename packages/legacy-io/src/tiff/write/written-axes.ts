// Decides in which order the axes of an array go into a TIFF.

/** The axes of a file, and where they are in the array that is written. */
export interface WrittenAxes {
  /** For each axis of the file, the axis of the array. */
  readonly from: readonly number[];
  /** Names of the file's axes. `s` at the end are samples of a pixel. */
  readonly axes: readonly string[];
}

/** The axes before the plane, in ImageJ's order: channels are fastest. */
const STACK: readonly string[] = ["t", "z", "c"];
const CHANNELS: ReadonlySet<string> = new Set(["c", "s"]);

/**
 * The order in which ImageJ takes the axes of an image: frames, slices, channels, and the plane, which is the last two axes
 * besides channels. Samples of a pixel become channels. Undefined for axes that ImageJ does not have: others before the plane,
 * or samples besides channels.
 */
export function imageJAxes(axes: readonly string[], shape: readonly number[]): WrittenAxes | undefined {
  const all = axes.map((name, at) => ({ name: name === "s" ? "c" : name, at, length: shape[at] ?? 1 }));
  const plane = all.filter(({ name }) => !CHANNELS.has(name)).slice(-2);
  const leading = all.filter((axis) => !plane.includes(axis) && axis.length > 1);
  const names = leading.map(({ name }) => name);
  if (
    plane.length < 2 ||
    new Set(names).size < names.length ||
    !names.every((name) => STACK.includes(name))
  ) {
    return undefined;
  }
  const order = [...leading.toSorted((a, b) => STACK.indexOf(a.name) - STACK.indexOf(b.name)), ...plane];
  return { from: order.map(({ at }) => at), axes: order.map(({ name }) => name) };
}

/**
 * The order of the file that an image came from, if it can be written so that it is read the same way again: rows and columns
 * that changed places, after a stack of channels or with channels as samples of each pixel. Undefined for another order.
 *
 * @param axes of the image
 * @param fileAxes the same names in the order of the file; undefined if it is that of the image
 * @param hasSamples whether channels may be samples; if not, they are a stack
 */
export function originalAxes(
  axes: readonly string[],
  fileAxes: readonly string[] | undefined,
  hasSamples: boolean,
): WrittenAxes | undefined {
  const [first, second, ...further] = (fileAxes ?? []).filter((name) => name !== "c");
  const isPlane = further.length === 0 && [first, second].toSorted().join() === "t,x";
  const channelsAt = fileAxes?.indexOf("c") ?? -1;
  const isWritten = channelsAt <= 0 || channelsAt === 2;
  if (fileAxes === undefined || !isPlane || !isWritten) {
    return undefined;
  }
  const isStack = channelsAt === 2 && !hasSamples;
  const order = isStack ? ["c", ...fileAxes.slice(0, 2)] : fileAxes;
  return {
    from: order.map((name) => axes.indexOf(name)),
    axes: order.map((name, at) => (name === "c" && at === 2 ? "s" : name)),
  };
}

/** Whether ImageJ opens pixels of so many samples, with all of them. Measured with ImageJ 1.54p. */
export function opensSamples(dtype: string, count: number): boolean {
  return count === 3 ? dtype === "uint8" || dtype === "uint16" : count === 4 && dtype === "uint16";
}
