// The JPEG compression of TIFF (7), decoded by libjpeg-turbo.

import { LegacyIoError } from "../../errors.ts";
import type { TiffCodec, TiffSegment } from "../../tiff/codecs/tiff-codec.ts";
import { decodeWithLibjpegTurbo } from "./libjpeg-turbo.ts";

const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
const COMMENT = 0xfe;
/** Application markers: what they say of colours is for files of JPEG alone. */
const isApplication = (marker: number): boolean => marker >= 0xe0 && marker <= 0xef;
const BASELINE = 0xc0;
const PROGRESSIVE = 0xc2;
const LOSSLESS = 0xc3;
const MAX_SCANNED_BYTES = 2 ** 30;

/**
 * JPEG of 8 bits, baseline or progressive, with one or three components. YCbCr becomes RGB.
 * Source: TIFF Technical Note 2.
 */
export const jpegCodec: TiffCodec = {
  codes: [7],
  name: "jpeg",
  // At best six blocks of one bit each stand for 256 pixels of three samples.
  maxRatio: 1100,
  hasPredictor: false,
  decodesImages: true,
  memoryRatio: 8,
  decode: async (bytes, maxBytes, _check, segment) => {
    const joined = jpegOf(bytes, segment);
    const { width, height, components } = frameOf(joined, segment);
    const sizeBytes = width * height * components;
    if (sizeBytes > maxBytes || width !== segment.width || components !== segment.samplesPerPixel) {
      throw new LegacyIoError(
        "invalid_file",
        `the JPEG has ${height} × ${width} × ${components} samples, its strip or tile ${segment.rows} × ${segment.width} × ${segment.samplesPerPixel}`,
        { expected: maxBytes, found: sizeBytes },
      );
    }
    return decodeWithLibjpegTurbo(joined);
  },
};

/** Joins the tables of the page and the data of one strip, and says which colours they are. */
function jpegOf(bytes: Uint8Array, { tables, samplesPerPixel, isYCbCr }: TiffSegment): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0xff, START)];
  if (samplesPerPixel === 3) {
    // Adobe's marker: its last byte is 1 for YCbCr and 0 for RGB.
    const adobe = [0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, isYCbCr ? 1 : 0];
    parts.push(Uint8Array.of(0xff, 0xee, 0, adobe.length + 2, ...adobe));
  }
  if (tables !== undefined) {
    parts.push(...segmentsOf(tables));
  }
  parts.push(...segmentsOf(bytes));
  const all = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}

/** The parts of a JPEG without its start, its end if it has no scan, and what applications say. */
function segmentsOf(bytes: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (const { marker, start, end } of markersOf(bytes)) {
    if (marker === SCAN) {
      parts.push(bytes.subarray(start));
    } else if (!isApplication(marker) && marker !== COMMENT) {
      parts.push(bytes.subarray(start, end));
    }
  }
  return parts;
}

interface Marker {
  readonly marker: number;
  readonly start: number;
  readonly end: number;
}

/** Lists the markers of a JPEG up to its first scan. Throws `invalid_file` if it is cut off. */
function markersOf(bytes: Uint8Array): readonly Marker[] {
  if (bytes[0] !== 0xff || bytes[1] !== START) {
    throw damaged("it does not begin as JPEG does");
  }
  const markers: Marker[] = [];
  for (let at = 2; at < bytes.length; ) {
    if (bytes[at] !== 0xff) {
      throw damaged(`there is no marker at byte ${at}`);
    }
    const marker = bytes[at + 1] ?? END;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === END) {
      break;
    }
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) {
      throw damaged("it is cut off");
    }
    markers.push({ marker, start: at, end });
    if (marker === SCAN) {
      break;
    }
    at = end;
  }
  return markers;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: number;
}

/** Reads the size of a JPEG, and refuses kinds that are not read, by name. */
function frameOf(bytes: Uint8Array, { samplesPerPixel }: TiffSegment): Frame {
  const markers = markersOf(bytes);
  const frame = markers.find(
    ({ marker }) => marker >= BASELINE && marker <= 0xcf && marker !== 0xc4 && marker !== 0xcc,
  );
  if (frame === undefined || markers.at(-1)?.marker !== SCAN) {
    throw damaged("it has no frame or no scan");
  }
  const { marker, start } = frame;
  const at = (offset: number): number => bytes[start + offset] ?? 0;
  const bits = at(4);
  const [height, width, components] = [(at(5) << 8) | at(6), (at(7) << 8) | at(8), at(9)];
  if (marker === LOSSLESS) {
    throw notRead("lossless JPEG");
  }
  if (marker > PROGRESSIVE) {
    throw notRead("arithmetic or hierarchical JPEG");
  }
  if (bits !== 8) {
    throw notRead(`JPEG of ${bits} bits`);
  }
  if (samplesPerPixel !== 1 && samplesPerPixel !== 3) {
    throw notRead(`JPEG of ${samplesPerPixel} components`);
  }
  if (height === 0 || width === 0) {
    throw damaged("it has no size");
  }
  const scans = marker === PROGRESSIVE ? scanCount(bytes) : 1;
  if (scans * width * height * components > MAX_SCANNED_BYTES) {
    throw notRead(`JPEG of ${scans} scans of ${height} × ${width} pixels`);
  }
  return { width, height, components };
}

function scanCount(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0xff); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    count += bytes[at + 1] === SCAN ? 1 : 0;
  }
  return count;
}

function damaged(reason: string): LegacyIoError {
  return new LegacyIoError("invalid_file", `damaged jpeg data: ${reason}`);
}

function notRead(what: string): LegacyIoError {
  return new LegacyIoError("not_supported", `TIFF tag Compression: ${what} is not supported`, {
    tag: "Compression",
    found: what,
  });
}
