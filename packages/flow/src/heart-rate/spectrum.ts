// The power of a signal at frequencies within a band, and its peak.

import { medianOf } from "../statistics/rolling-median.ts";

/** Power at frequencies that rise. */
export interface Spectrum {
  readonly hz: Float64Array;
  readonly power: Float64Array;
}

/** A peak of a spectrum, and how far it can be believed. */
export interface SpectrumPeak {
  readonly bpm: number;
  readonly hz: number;
  /** The peak ÷ the median of the band. */
  readonly snr: number;
  /** Whether the peak lies within the margin of an edge of the band. */
  readonly edgeFlag: boolean;
  readonly edgeHzDistance: number;
  /** The share of the band's power that lies near the peak. */
  readonly bandConcentration: number;
}

export interface Band {
  readonly lowHz: number;
  readonly highHz: number;
}

const SECONDS_PER_MINUTE = 60;
const EDGE_SHARE = 0.05;
const LEAST_EDGE_HZ = 0.2;

/** The first of the greatest powers; undefined if none is above 0. */
export function peakOf(
  { hz, power }: Spectrum,
  { lowHz, highHz }: Band,
  halfWidthHz: number,
  edgeMarginHz: number | null,
): SpectrumPeak | undefined {
  let best = -1;
  for (const [index, value] of power.entries()) {
    if (value > (best < 0 ? 0 : (power[best] ?? 0))) {
      best = index;
    }
  }
  if (best < 0) {
    return undefined;
  }
  const peakHz = hz[best] ?? Number.NaN;
  const edgeHzDistance = Math.min(peakHz - lowHz, highHz - peakHz);
  const margin = edgeMarginHz ?? Math.max(LEAST_EDGE_HZ, EDGE_SHARE * (highHz - lowHz));
  const isNear = (index: number): boolean => Math.abs((hz[index] ?? 0) - peakHz) <= halfWidthHz;
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return {
    bpm: SECONDS_PER_MINUTE * peakHz,
    hz: peakHz,
    snr: (power[best] ?? 0) / medianOf(power),
    edgeFlag: edgeHzDistance <= margin,
    edgeHzDistance,
    bandConcentration: sum(power.filter((_, index) => isNear(index))) / sum(power),
  };
}
