// The contrast in which programs show a channel at first: the window of `omero`.

import { contrastOf } from "@kym/view";
import type { NdArray } from "@kym/zarr-store";
import { planeOf } from "@kym/zarr-store/array";

/** The window of a channel. `start` and `end` are the darkest and the brightest value, `min` and `max` the ends of the slider. */
export interface DisplayWindow {
  readonly start: number;
  readonly end: number;
  readonly min: number;
  readonly max: number;
}

/** So many pixels tell the percentiles of a channel; of a larger one every n-th counts. */
const MOST_PIXELS = 2 ** 24;

/**
 * The windows of the channels of an image, from the percentiles 1 and 99.5 of each. An image that is flat there gets the window of
 * all its values, or one step.
 *
 * @param image shape `[…, y, x]`
 * @param channelAxis where the channels are; undefined if there is one
 */
export function displayWindows(image: NdArray, channelAxis: number | undefined): readonly DisplayWindow[] {
  if (channelAxis === undefined) {
    return [windowOf(numbersOf(image))];
  }
  const leading = image.shape.slice(0, -2);
  const channels = leading[channelAxis] ?? 1;
  return Array.from({ length: channels }, (_, channel) => {
    const planes = indicesOf(leading).filter((index) => index[channelAxis] === channel);
    const parts = planes.map((index) => numbersOf(planeOf(image, index), planes.length));
    const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return windowOf(all);
  });
}

function windowOf(values: Float64Array<ArrayBuffer>): DisplayWindow {
  const [least, greatest] = extremesOf(values);
  const { low, high } = contrastOf(values);
  const max = greatest > least ? greatest : least + 1;
  return high > low
    ? { start: low, end: high, min: least, max }
    : { start: least, end: max, min: least, max };
}

function extremesOf(values: Float64Array): readonly [number, number] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (Number.isFinite(value)) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
  }
  return least > greatest ? [0, 0] : [least, greatest];
}

/** Pixels as numbers, at most so many that `parts` of them are not too many. */
function numbersOf({ data }: NdArray, parts = 1): Float64Array<ArrayBuffer> {
  const step = Math.max(1, Math.ceil((data.length * parts) / MOST_PIXELS));
  const values = new Float64Array(Math.ceil(data.length / step));
  for (let index = 0; index < values.length; index++) {
    values[index] = Number(data[index * step] ?? 0);
  }
  return values;
}

function indicesOf(shape: readonly number[]): readonly (readonly number[])[] {
  return shape.reduce<readonly (readonly number[])[]>(
    (indices, length) => indices.flatMap((index) => Array.from({ length }, (_, at) => [...index, at])),
    [[]],
  );
}
