// Reads the TIFFs of an image from disk: the pixels, and what the files say of them.

import type { NdArray } from "@kym/zarr-store";
import { joinArrays, ndArrayBytes } from "@kym/zarr-store/array";
import { joinedTags } from "../../content/rois/imagej-tags.ts";
import { LegacyIoError } from "../../errors.ts";
import type { BundleFile } from "../../folder/bundle.ts";
import { fileNameOf } from "../../folder/compare-paths.ts";
import { NGFF_READER } from "../../ngff/ngff-reader.ts";
import { axesOfFile, type ImageLayout, imageLayout } from "../../tiff/axes/image-layout.ts";
import { reorderAxes } from "../../tiff/axes/reorder-axes.ts";
import { scaleConflicts, statedScales } from "../../tiff/axes/stated-scales.ts";
import { valuesAsShown, valuesAsStored } from "../../tiff/descriptions/value-calibration.ts";
import { applyValueCalibration } from "../../tiff/pixels/apply-value-calibration.ts";
import { readTiffInPlace, type TiffImage } from "../../tiff/read-tiff.ts";
import type { TiffInfo } from "../../tiff/tiff-info.ts";
import { readStable, type StableRead } from "../files/read-stable.ts";
import { sha256Of } from "../files/sha256-of.ts";
import { readZarrPixels } from "../ngff/read-zarr-image.ts";
import { codecsBeforeNodes } from "../tiff/tiff-codecs.ts";
import type { ImageFiles, ReadImage, ReadImageOptions, SaidByTiff } from "./image-in-files.ts";
import { readRecordedImage } from "./recorded-image.ts";
import { openStreamedImage, STREAMED_FROM_BYTES } from "./streamed-image.ts";

const CHANNEL_AXIS = "c";

/** Reads the pixels of an image and what its TIFFs say. Throws as `readBundle` does. */
export async function readImage(
  bundle: ImageFiles,
  {
    limits,
    codecs,
    signal,
    buffers,
    applyCalibration,
    largeFromBytes = STREAMED_FROM_BYTES,
  }: ReadImageOptions,
): Promise<ReadImage> {
  const { image, otherChannels, recording } = bundle;
  if (image.zarr !== undefined) {
    return readZarrImage(image, { limits, signal });
  }
  if (recording !== undefined) {
    return readRecordedImage(bundle, { limits, signal, largeFromBytes });
  }
  const isLarge = otherChannels.length === 0 && image.sizeBytes >= largeFromBytes;
  const large = isLarge
    ? await openStreamedImage(image, { limits, codecs, signal, applyCalibration })
    : undefined;
  if (large !== undefined) {
    const { file, pixels, pixelsSha256, info, close } = large;
    const layout = imageLayout(info);
    const { axes, shape } = layout;
    const said = saidBy([{ info, fileName: fileNameOf(file.relPath) }], layout);
    return { files: [file], pixels: { ...pixels, shape }, axes, pixelsSha256, said, release: close };
  }
  const read: StableRead<BundleFile>[] = [];
  const release = (): void => {
    for (const { bytes } of read.splice(0)) {
      buffers?.give(bytes);
    }
  };
  try {
    const first = await readStable(image, signal, buffers);
    read.push(first);
    for (const file of otherChannels) {
      read.push(await readStable(file, signal, buffers));
    }
    const channels = await readChannels(read, { limits, codecs, signal, applyCalibration });
    return {
      files: [first.file, ...read.slice(1).map(({ file }) => file)],
      pixels: channels.image,
      axes: channels.axes,
      pixelsSha256: sha256Of(ndArrayBytes(channels.image)),
      said: channels.said,
      release,
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** Reads the image in a Zarr folder, whole. */
async function readZarrImage(
  image: BundleFile,
  { limits, signal }: Pick<ReadImageOptions, "limits" | "signal">,
): Promise<ReadImage> {
  const { maxDecodedBytes } = limits ?? {};
  const {
    file,
    image: pixels,
    pixelsSha256,
    layout,
    opened,
    warnings,
  } = await readZarrPixels(image, {
    maxDecodedBytes,
    signal,
  });
  const { calibration } = opened.axes.said;
  const said: SaidByTiff = {
    calibration: [],
    scales: statedScales(layout, calibration),
    fileAxes: layout.isReordered ? axesOfFile(layout) : undefined,
    valueCalibration: undefined,
    reader: NGFF_READER,
    warnings: [...warnings, ...(layout.warning === undefined ? [] : [layout.warning])],
  };
  return { files: [file], pixels, axes: layout.axes, pixelsSha256, said, release: () => undefined };
}

/** A TIFF of the acquisition. */
interface SayingFile {
  readonly info: TiffInfo;
  readonly fileName: string;
}

export function saidBy(files: readonly SayingFile[], layout: ImageLayout): SaidByTiff {
  const infos = files.map(({ info }) => info);
  const last = infos.at(-1);
  const channels = infos.length > 1 ? [null] : [];
  const contradictions = infos.flatMap((info) => scaleConflicts(layout, info.calibrationCandidates));
  return {
    calibration: last?.calibration ?? [],
    scales: [...channels, ...statedScales(layout, last?.calibration ?? [])],
    fileAxes: layout.isReordered ? [...channels.map(() => CHANNEL_AXIS), ...axesOfFile(layout)] : undefined,
    displayRange: infos.length > 1 ? undefined : last?.displayRange,
    valueCalibration: last?.valueCalibration,
    scanImage: last?.scanImage,
    start: last?.start,
    warnings: [
      ...new Set([
        ...infos.flatMap(({ warnings }) => warnings),
        ...contradictions,
        ...(layout.warning === undefined ? [] : [layout.warning]),
      ]),
    ],
    tags: joinedTags(
      files.flatMap(({ info: { imageJMetadata }, fileName }) =>
        imageJMetadata === undefined ? [] : [{ file: fileName, metadata: imageJMetadata }],
      ),
    ),
  };
}

interface Channels {
  readonly image: NdArray;
  readonly axes: readonly string[];
  readonly said: SaidByTiff;
}

async function readChannels(
  files: readonly StableRead<BundleFile>[],
  {
    limits,
    codecs: own,
    signal,
    applyCalibration = false,
  }: Pick<ReadImageOptions, "limits" | "codecs" | "signal" | "applyCalibration">,
): Promise<Channels> {
  const codecs = codecsBeforeNodes(own);
  const planes: NdArray[] = [];
  const infos: SayingFile[] = [];
  let layout: ImageLayout | undefined;
  for (const { bytes, file } of files) {
    const asStored = await readTiffInPlace(bytes, { codecs, limits, signal });
    const { image: stored, info } = applyCalibration ? asShown(asStored) : asStored;
    layout = imageLayout(info);
    const image = inLayout(stored, layout);
    if (planes[0] !== undefined && !isSameKind(planes[0], image)) {
      throw new LegacyIoError(
        "invalid_file",
        `${file.relPath} has another shape or type than the first channel`,
        {
          path: file.path,
          expected: [planes[0].dtype, ...planes[0].shape],
          found: [image.dtype, ...image.shape],
        },
      );
    }
    planes.push(image);
    infos.push({ info, fileName: fileNameOf(file.relPath) });
  }
  if (layout === undefined) {
    throw new LegacyIoError("invalid_argument", "an acquisition without an image");
  }
  return {
    image: stackChannels(planes),
    axes: planes.length > 1 ? [CHANNEL_AXIS, ...layout.axes] : layout.axes,
    said: saidBy(infos, layout),
  };
}

/** The values that ImageJ shows, and the sentence that says so in place of the other. */
function asShown(read: TiffImage): TiffImage {
  const { image, info } = read;
  const { valueCalibration: calibration, warnings } = info;
  const shown = calibration && applyValueCalibration(image, calibration);
  return calibration === undefined || shown === undefined
    ? read
    : {
        image: shown,
        info: {
          ...info,
          dtype: shown.dtype,
          valueCalibration: undefined,
          displayRange: undefined,
          imageJMetadata: info.imageJMetadata && { ...info.imageJMetadata, ranges: [] },
          warnings: warnings.map((text) =>
            text === valuesAsStored(calibration) ? valuesAsShown(calibration) : text,
          ),
        },
      };
}

/** The pixels as the image has them: the same memory, unless the file stores them in another order. */
function inLayout(stored: NdArray, { shape, from, isReordered }: ImageLayout): NdArray {
  return isReordered ? reorderAxes(stored, from) : { ...stored, shape };
}

function stackChannels(planes: readonly NdArray[]): NdArray {
  const [first] = planes;
  if (first === undefined) {
    throw new LegacyIoError("invalid_argument", "an acquisition without an image");
  }
  if (planes.length === 1) {
    return first;
  }
  return joinArrays(first.dtype, [planes.length, ...first.shape], planes);
}

function isSameKind(a: NdArray, b: NdArray): boolean {
  return (
    a.dtype === b.dtype &&
    a.shape.length === b.shape.length &&
    a.shape.every((size, axis) => size === b.shape[axis])
  );
}
