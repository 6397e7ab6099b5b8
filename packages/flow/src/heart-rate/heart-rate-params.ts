// What a heart rate is looked for with.

/** Parameters of `heartRate`. Rates are in beats a minute. */
export interface HeartRateParams {
  readonly bpmLow: number;
  readonly bpmHigh: number;
  /** Takes the speed, not the velocity. */
  readonly useAbs: boolean;
  /** Clips to median ± so many robust standard deviations. */
  readonly outlierKMad: number;
  readonly lombFrequencies: number;
  /** Gaps up to so many seconds are filled by a line before the spectrum by Welch. */
  readonly interpMaxGapSec: number;
  readonly bandpassOrder: number;
  readonly npersegSec: number;
  /** Null: 0.05 of the band, at least 0.2 Hz. */
  readonly edgeMarginHz: number | null;
  readonly peakHalfWidthHz: number;
  readonly agreementBpm: number;
  readonly doSegments: boolean;
  readonly segmentSec: number;
  readonly segmentStepSec: number;
  readonly segmentMinValidFraction: number;
}

/** For mice. What the lab's program has where nobody chose otherwise. */
export const DEFAULT_HEART_RATE_PARAMS: HeartRateParams = Object.freeze({
  bpmLow: 240,
  bpmHigh: 600,
  useAbs: true,
  outlierKMad: 4,
  lombFrequencies: 512,
  interpMaxGapSec: 0.05,
  bandpassOrder: 3,
  npersegSec: 2,
  edgeMarginHz: null,
  peakHalfWidthHz: 0.5,
  agreementBpm: 30,
  doSegments: false,
  segmentSec: 6,
  segmentStepSec: 1,
  segmentMinValidFraction: 0.5,
});
