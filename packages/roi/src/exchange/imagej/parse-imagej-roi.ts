// Parses the bytes of one ImageJ `.roi` file.

import { RoiError } from "../../errors.ts";
import { unexpected } from "../../shapes/fields/read-field.ts";
import type { ImageJRoi, ImageJRoiType } from "./imagej-roi.ts";
import { readRings } from "./kinds/read-rings.ts";
import { readText } from "./kinds/read-text.ts";
import { readIgnored } from "./read-ignored.ts";
import { readShape } from "./read-shape.ts";
import { RoiBytes } from "./roi-bytes.ts";
import {
  HEADER,
  HEADER_BYTES,
  HEADER2,
  HEADER2_BYTES,
  OLDEST_VERSION,
  ROI_MAGIC,
  ROI_SUBTYPES,
  ROI_TYPES,
} from "./roi-layout.ts";

/**
 * Parses an ImageJ `.roi` file. The result is in ImageJ's own terms: positions are x (column) and y (row),
 * stack positions count from 1. Stroke, fill, group, properties and the like are listed in `ignored`. A
 * composite selection has `isComposite` set, and its outlines in `rings`.
 *
 * Source: the layout that `ij.io.RoiEncoder` of ImageJ 1.54p writes. As in its `RoiDecoder`, 16-bit corners
 * below −5000 stand for numbers above 32 767, and negative offsets of points count as 0.
 *
 * @throws {RoiError} `invalid_argument`, with the byte, for bytes that are not a `.roi` file, are cut off or
 *   point outside the file
 * @throws {RoiError} `invalid_argument`, with the byte, for an unknown type, a position that is not finite,
 *   inverted corners, or the path of a composite that breaks its rules
 * @throws {RoiError} `not_supported` for a version below 217
 */
export function parseImageJRoi(bytes: Uint8Array): ImageJRoi {
  const file = new RoiBytes(bytes);
  file.require(0, HEADER_BYTES, "the header");
  if (file.uint32(0) !== ROI_MAGIC) {
    throw unexpected("byte 0", '"Iout", with which a .roi file begins', file.latin1(0, 4));
  }
  const version = file.uint16(HEADER.version);
  if (version < OLDEST_VERSION) {
    const details = { path: `byte ${HEADER.version}`, expected: OLDEST_VERSION, found: version };
    throw new RoiError(
      "not_supported",
      `byte ${HEADER.version}: .roi files of version ${version} are not supported; the oldest supported version is ${OLDEST_VERSION}`,
      details,
    );
  }
  const type = readType(file);
  const subtype = readSubtype(file);
  const isComposite = file.int32(HEADER.shapeSize) > 0;
  const header2 = readHeader2(file);
  const text = subtype === "text" && !isComposite ? readText(file) : undefined;
  const name = header2 === 0 ? undefined : readName(file, header2);
  return Object.freeze({
    type,
    ...(subtype === undefined ? {} : { subtype }),
    isComposite,
    ...(isComposite ? { rings: readRings(file) } : {}),
    ...(text === undefined ? {} : { text }),
    ...(name === undefined ? {} : { name }),
    ...readShape(file, type, isComposite, version),
    position: Object.freeze({
      slice: file.int32(HEADER.position),
      c: header2 === 0 ? 0 : file.int32(header2 + HEADER2.c),
      z: header2 === 0 ? 0 : file.int32(header2 + HEADER2.z),
      t: header2 === 0 ? 0 : file.int32(header2 + HEADER2.t),
    }),
    ignored: readIgnored(file, type, subtype, header2),
  });
}

function readType(file: RoiBytes): ImageJRoiType {
  const number = file.uint8(HEADER.type);
  const type = ROI_TYPES[number];
  if (type === undefined) {
    throw unexpected(`byte ${HEADER.type}`, `a type of 0 to ${ROI_TYPES.length - 1}`, number);
  }
  return type;
}

function readSubtype(file: RoiBytes): ImageJRoi["subtype"] {
  const number = file.uint16(HEADER.subtype);
  if (number >= ROI_SUBTYPES.length) {
    throw unexpected(`byte ${HEADER.subtype}`, `a subtype of 0 to ${ROI_SUBTYPES.length - 1}`, number);
  }
  return ROI_SUBTYPES[number];
}

/** Returns the offset of the second header, or 0 without one. */
function readHeader2(file: RoiBytes): number {
  const offset = file.int32(HEADER.header2);
  if (offset !== 0) {
    file.require(offset, HEADER2_BYTES, "the second header");
    if (offset < HEADER_BYTES) {
      throw unexpected(`byte ${HEADER.header2}`, "a second header behind the first", offset);
    }
  }
  return offset;
}

function readName(file: RoiBytes, header2: number): string | undefined {
  const offset = file.int32(header2 + HEADER2.nameOffset);
  const length = file.int32(header2 + HEADER2.nameLength);
  if (offset === 0 || length === 0) {
    return undefined;
  }
  file.require(offset, 2 * length, "the name");
  return file.utf16(offset, length);
}
