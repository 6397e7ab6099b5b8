// The LERC compression of TIFF (34887), decoded by Esri's own decoder.

import { itemSizeBytes } from "@kym/zarr-store/array";
import { MACHINE_ENDIAN, swapInPlace } from "@kym/zarr-store/bytes";
import type { LercData } from "lerc";
import { LegacyIoError } from "../../errors.ts";
import type { TiffCodec, TiffSegment } from "../../tiff/codecs/tiff-codec.ts";

/** The dtypes by the numbers and by the names that LERC has for them. */
const DTYPES = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"];
const NAMES = ["S8", "U8", "S16", "U16", "S32", "U32", "F32", "F64"];
const DEFLATE = 1;
const ZSTD = 2;
/** What a blob may have beyond its pixels: headers and masks. */
const SLACK_BYTES = 1 << 16;

/** Decompresses to at most `maxOutputLength` bytes, or throws. */
type Unwrap = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/**
 * Makes the codec of LERC of any version, plain or inside deflate or zstd. Pixels that it masks are NaN in floats; in integers
 * they are refused.
 */
export const lercCodec = (unwrap: { readonly deflate: Unwrap; readonly zstd: Unwrap }): TiffCodec => ({
  codes: [34887],
  name: "lerc",
  // A constant image takes no more than its header.
  maxRatio: 2 ** 24,
  hasPredictor: false,
  decodesImages: true,
  memoryRatio: 6,
  decode: async (bytes, maxBytes, _check, segment) => {
    const { decode, getBlobInfo, load } = await import("lerc");
    await load();
    const blob = blobOf(bytes, maxBytes, segment.parameters[1] ?? 0, unwrap);
    const { width, height, bandCount, depthCount, dataType } = getBlobInfo(blob);
    const samples = bandCount * depthCount;
    const dtype = DTYPES[dataType];
    const fits = width === segment.width && height >= segment.rows && samples === segment.samplesPerPixel;
    const itemBytes = itemSizeBytes(segment.dtype);
    if (!fits || dtype !== segment.dtype || width * height * samples * itemBytes > maxBytes) {
      throw new LegacyIoError(
        "invalid_file",
        `the LERC has ${height} × ${width} × ${samples} ${dtype}, its strip or tile ${segment.rows} × ${segment.width} × ${segment.samplesPerPixel} ${segment.dtype}`,
        { expected: maxBytes },
      );
    }
    return samplesOf(decode(blob, { returnInterleaved: true }), segment, itemBytes);
  },
});

function blobOf(
  bytes: Uint8Array,
  maxBytes: number,
  wrapping: number,
  unwrap: { readonly deflate: Unwrap; readonly zstd: Unwrap },
): Uint8Array {
  const maxOutputLength = 2 * maxBytes + SLACK_BYTES;
  switch (wrapping) {
    case 0:
      return bytes;
    case DEFLATE:
      return new Uint8Array(unwrap.deflate(bytes, { maxOutputLength }));
    case ZSTD:
      return new Uint8Array(unwrap.zstd(bytes, { maxOutputLength }));
    default:
      throw notRead(`LERC inside compression ${wrapping}`);
  }
}

/** The samples pixel by pixel, in the file's byte order. */
function samplesOf(
  { pixels, pixelType, mask, width, height }: LercData,
  { dtype, samplesPerPixel, isLittleEndian }: TiffSegment,
  itemBytes: ReturnType<typeof itemSizeBytes>,
): Uint8Array {
  const [first] = pixels;
  if (first === undefined || DTYPES[NAMES.indexOf(pixelType)] !== dtype) {
    throw notRead(`LERC that decodes to ${pixelType}`);
  }
  const count = width * height;
  if (pixels.length > 1) {
    throw notRead("LERC of several bands in one strip or tile");
  }
  const values = first;
  if (mask?.includes(0) === true) {
    if (!(values instanceof Float32Array || values instanceof Float64Array)) {
      throw notRead("LERC of integers with pixels that it masks");
    }
    for (let index = 0; index < count; index++) {
      if (mask[index] === 0) {
        values.fill(Number.NaN, index * samplesPerPixel, (index + 1) * samplesPerPixel);
      }
    }
  }
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const kept = new Uint8Array(bytes);
  if (isLittleEndian !== (MACHINE_ENDIAN === "little")) {
    swapInPlace(kept, itemBytes);
  }
  return kept;
}

function notRead(what: string): LegacyIoError {
  return new LegacyIoError("not_supported", `TIFF tag Compression: ${what} is not supported`, {
    tag: "Compression",
    found: what,
  });
}
