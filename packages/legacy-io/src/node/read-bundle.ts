import { type NdArray, ndArrayBytes } from "@kym/zarr-store";
import type { LegacyBundle } from "../bundle.ts";
import { contentOfBundle } from "../bundle-content.ts";
import { bytesSource } from "../byte-source.ts";
import { LegacyIoError } from "../errors.ts";
import type { ImageContent } from "../image-content.ts";
import { ndArrayOver } from "../nd-array-over.ts";
import type { AxisCalibration } from "../tiff/axis-calibration.ts";
import { readTiff } from "../tiff/read-tiff.ts";
import { readSidecars } from "./read-sidecars.ts";
import { type ReadFile, readStable, sha256 } from "./read-stable.ts";
import { nodeTiffCodecs } from "./tiff-codecs.ts";

/** A bundle as it was read: all or nothing, each file whole and unchanged from its first byte to its last. */
export interface ReadBundle {
  readonly bundle: LegacyBundle;
  readonly image: ReadFile;
  /** Further channels, then sidecars. */
  readonly sidecars: readonly ReadFile[];
  readonly content: ImageContent;
  readonly pixelsSha256: string;
  /** What the TIFF itself says of its axes, and which of its tags said so; of the last channel, if there are more. */
  readonly calibration: readonly AxisCalibration[];
}

export interface ReadBundleOptions {
  /** Default true. */
  readonly includeSidecars?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The axes of a line scan: rows are lines in time, columns are places along the line. Design §3. */
const LINE_SCAN_AXES = ["t", "x"];

/**
 * Reads an image and its sidecars. A sidecar that cannot be understood is part of the content, as an attachment.
 * Errors: `invalid_file`, `not_supported` for the image, `io` for a file that cannot be read or keeps changing.
 */
export async function readBundle(bundle: LegacyBundle, options: ReadBundleOptions = {}): Promise<ReadBundle> {
  const { signal, includeSidecars = true } = options;
  const first = await readStable(bundle.image, signal);
  const others = await Promise.all(bundle.otherChannels.map((file) => readStable(file, signal)));
  const planes: NdArray[] = [];
  let axes: readonly string[] = LINE_SCAN_AXES;
  let calibration: readonly AxisCalibration[] = [];
  for (const { bytes, file } of [first, ...others]) {
    const { image, info } = await readTiff(bytesSource(bytes), { codecs: nodeTiffCodecs, signal });
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
    calibration = info.calibration;
    axes = image.shape.length === 2 ? LINE_SCAN_AXES : info.axes;
  }
  const image = stackChannels(planes);
  const pixelsSha256 = sha256(ndArrayBytes(image));
  const sidecars = includeSidecars ? await readSidecars(bundle.sidecars, signal) : [];
  return {
    bundle,
    image: first.file,
    sidecars: [...others, ...sidecars].map(({ file }) => file),
    content: await contentOfBundle({
      image,
      axes: planes.length > 1 ? ["c", ...axes] : axes,
      pixelsSha256,
      sidecars: sidecars.map(({ parsed }) => parsed),
    }),
    pixelsSha256,
    calibration,
  };
}

function stackChannels(planes: readonly NdArray[]): NdArray {
  const [first] = planes;
  if (first === undefined) {
    throw new LegacyIoError("invalid_argument", "an acquisition without an image");
  }
  if (planes.length === 1) {
    return first;
  }
  const bytes = new Uint8Array(planes.reduce((sum, plane) => sum + plane.data.byteLength, 0));
  let offset = 0;
  for (const { data } of planes) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return ndArrayOver(first.dtype, [planes.length, ...first.shape], bytes);
}

function isSameKind(a: NdArray, b: NdArray): boolean {
  return (
    a.dtype === b.dtype &&
    a.shape.length === b.shape.length &&
    a.shape.every((size, axis) => size === b.shape[axis])
  );
}
