// The entry `@kym/legacy-io/tiff`: reads, describes and writes TIFFs, and nothing else.

export type { LegacyIoErrorCode, LegacyIoErrorDetails } from "../errors.ts";
export { type ByteSource, bytesSource } from "./byte-source.ts";
export type { Decompress, TiffCodec } from "./codecs/tiff-codec.ts";
export type { AxisCalibration, CalibrationSource } from "./descriptions/axis-calibration.ts";
export type { ImageJMetadata } from "./descriptions/imagej-metadata.ts";
export type { ValueCalibration } from "./descriptions/value-calibration.ts";
export { DEFAULT_TIFF_LIMITS, type TiffLimits } from "./header/tiff-limits.ts";
export type { AxesSource } from "./pixels/tiff-layout.ts";
export {
  describeTiff,
  type ReadTiffOptions,
  type ReadTiffRegionOptions,
  readTiff,
  readTiffRegion,
  type TiffImage,
} from "./read-tiff.ts";
export type { TiffInfo } from "./tiff-info.ts";
export {
  canWriteImageJTiff,
  type WriteImageJTiffOptions,
  writeImageJTiff,
} from "./write/write-imagej.ts";
