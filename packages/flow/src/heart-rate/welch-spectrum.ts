// The spectrum of evenly spaced samples, averaged over segments.

import type { Breathe } from "../breathe.ts";
import type { Band, Spectrum } from "./spectrum.ts";

/**
 * The power spectral density within a band, by Welch (IEEE Trans Audio Electroacoust 15:70, 1967): Hann windows that
 * overlap by a half, nothing subtracted. A segment is at most as long as the signal.
 */
export async function welchSpectrum(
  values: Float64Array,
  rateHz: number,
  { lowHz, highHz }: Band,
  segmentLength: number,
  breathe: Breathe,
): Promise<Spectrum> {
  const length = Math.min(segmentLength, values.length);
  const window = Float64Array.from(
    { length },
    (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / length),
  );
  const windowSquares = window.reduce((sum, value) => sum + value * value, 0);
  const cosines = window.map((_, index) => Math.cos((2 * Math.PI * index) / length));
  const sines = window.map((_, index) => Math.sin((2 * Math.PI * index) / length));
  const bins = Array.from({ length: Math.floor(length / 2) + 1 }, (_, bin) => bin).filter((bin) => {
    const hz = (bin * rateHz) / length;
    return hz >= lowHz && hz <= highHz;
  });
  const power = new Float64Array(bins.length);
  const step = length - Math.floor(length / 2);
  let segmentCount = 0;
  for (let start = 0; start + length <= values.length && length > 0; start += step) {
    const segment = window.map((weight, index) => weight * (values[start + index] ?? 0));
    for (const [place, bin] of bins.entries()) {
      let [re, im] = [0, 0];
      for (let index = 0, turn = 0; index < length; index += 1, turn = (turn + bin) % length) {
        const value = segment[index] ?? 0;
        re += value * (cosines[turn] ?? 0);
        im += value * (sines[turn] ?? 0);
      }
      const isOneSided = bin > 0 && 2 * bin < length;
      power[place] =
        (power[place] ?? 0) + ((isOneSided ? 2 : 1) * (re * re + im * im)) / (rateHz * windowSquares);
      const pause = breathe();
      if (pause !== undefined) {
        await pause;
      }
    }
    segmentCount += 1;
  }
  return {
    hz: Float64Array.from(bins, (bin) => (bin * rateHz) / length),
    power: power.map((sum) => sum / segmentCount),
  };
}
