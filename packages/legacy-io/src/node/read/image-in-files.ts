// What is known of an image that is read from its files: the pixels, and what the files say of them.

import type { ReaderVersion } from "@kym/kym-schema";
import type { ArrayRows, EncodedArray, NdArray, StagedArray } from "@kym/zarr-store";
import type { RecordedFacts } from "../../content/recordings/recorded-facts.ts";
import type { ImageJTags } from "../../content/rois/imagej-tags.ts";
import type { LegacyBundle } from "../../folder/bundle.ts";
import type { StatedScales } from "../../tiff/axes/stated-scales.ts";
import type { TiffCodec } from "../../tiff/codecs/tiff-codec.ts";
import type { AxisCalibration } from "../../tiff/descriptions/axis-calibration.ts";
import type { ValueCalibration } from "../../tiff/descriptions/value-calibration.ts";
import type { TiffLimits } from "../../tiff/header/tiff-limits.ts";
import type { TiffInfo } from "../../tiff/tiff-info.ts";
import type { ReadFile } from "../files/read-stable.ts";
import type { ReusedBuffers } from "../files/reused-buffers.ts";
import type { MadeOverviews } from "./made-overviews.ts";

/** Facts from the TIFF itself. If there are several channels, from the last one. */
export interface SaidByTiff {
  /** Calibration of the axes, with the tag it came from. */
  readonly calibration: readonly AxisCalibration[];
  /** The steps that it states for the axes of the image, in this order. */
  readonly scales: StatedScales;
  /** The axes of the image in the order in which the file stores them; undefined if it is the same. */
  readonly fileAxes: readonly string[] | undefined;
  /** The values that ImageJ shows as black and as white, if there is one file. */
  readonly displayRange?: TiffInfo["displayRange"];
  /** How ImageJ converts the values before it shows them. */
  readonly valueCalibration: ValueCalibration | undefined;
  /** What ScanImage says besides axes and steps. */
  readonly scanImage?: TiffInfo["scanImage"];
  /** When it was recorded, if the TIFF says it. */
  readonly start?: TiffInfo["start"];
  /** Warnings for people, from all channels, without duplicates. */
  readonly warnings: readonly string[];
  /** What ImageJ keeps in tags of its own: of the first channel that has them, with the overlays of all. */
  readonly tags?: ImageJTags | undefined;
  /** Set if the file is a recording of a microscope. */
  readonly recording?: SaidByRecording | undefined;
  /** The reader of a file that is neither a TIFF nor a recording. */
  readonly reader?: ReaderVersion | undefined;
}

/** What a recording says of a scan besides its pixels. */
export interface SaidByRecording {
  readonly facts: RecordedFacts;
  /** The image in which the line was drawn, if there is one. */
  readonly pictures: readonly { readonly axes: readonly string[]; readonly array: NdArray }[];
}

/** The TIFFs of an image, or the files of a recording. */
export type ImageFiles = Pick<LegacyBundle, "image" | "otherChannels" | "recording">;

export interface ReadImageOptions {
  readonly limits?: Partial<TiffLimits> | undefined;
  /** Give the values that ImageJ shows, where its file states a function of them. Default false: those that are stored. */
  readonly applyCalibration?: boolean | undefined;
  /** Additional TIFF compressions. They take precedence over the built-in ones. */
  readonly codecs?: readonly TiffCodec[] | undefined;
  /** Memory to read the TIFFs into. Default: new memory for each. */
  readonly buffers?: ReusedBuffers | undefined;
  /** Size from which a TIFF is not read into memory but streamed. Default {@link STREAMED_FROM_BYTES}. */
  readonly largeFromBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The channels of an image that were read. No file changed while it was being read. */
export interface ReadImage {
  /** Pixels in memory, in a large file that is still open, encoded to chunks, or in chunks that are staged already. */
  readonly pixels: NdArray | ArrayRows | EncodedArray | StagedArray;
  readonly pixelsSha256: string;
  /** The overviews of its channels, if they were made already. Otherwise they are made while the pixels are stored. */
  readonly overviews?: MadeOverviews | undefined;
  readonly said: SaidByTiff;
  /** Gives the memory or the place of the pixels back, or closes their file. The pixels must not be used afterwards. */
  readonly release: () => void | Promise<void>;
  /** One per channel. */
  readonly files: readonly [ReadFile, ...ReadFile[]];
  readonly axes: readonly string[];
}
