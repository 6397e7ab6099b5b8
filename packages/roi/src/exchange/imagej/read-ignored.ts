// Lists the fields of a `.roi` file that a ROI cannot keep, so that no loss goes unseen.

import type { ImageJIgnored, ImageJRoiType, ImageJSubtype } from "./imagej-roi.ts";
import type { RoiBytes } from "./roi-bytes.ts";
import { HEADER, HEADER2, SPLINE_FIT_OPTION, SUB_PIXEL_OPTION } from "./roi-layout.ts";

/** Lists the fields other than type, shape, name and position, if they differ from ImageJ's defaults. */
export function readIgnored(
  file: RoiBytes,
  type: ImageJRoiType,
  subtype: ImageJSubtype | undefined,
  header2: number,
): readonly ImageJIgnored[] {
  const found: ImageJIgnored[] = [
    { what: "stroke_width", value: strokeWidth(file, header2) },
    { what: "stroke_color", value: color(file.uint32(HEADER.strokeColor)) },
    { what: "fill_color", value: color(file.uint32(HEADER.fillColor)) },
    ...readOptions(file.uint16(HEADER.options)),
    ...readStyle(file, type, subtype),
    ...(header2 === 0 ? [] : readHeader2(file, header2)),
  ];
  return Object.freeze(
    found.filter(({ value }) => value !== 0 && value !== "").map((each) => Object.freeze(each)),
  );
}

/** The second header has the exact stroke width, as a float. */
function strokeWidth(file: RoiBytes, header2: number): number {
  const exact = header2 === 0 ? 0 : file.anyFloat32(header2 + HEADER2.strokeWidth);
  return exact > 0 ? exact : file.uint16(HEADER.strokeWidth);
}

/** Returns `#aarrggbb`, or "" for no color. */
function color(argb: number): string {
  return argb === 0 ? "" : `#${argb.toString(16).padStart(8, "0")}`;
}

function readOptions(options: number): readonly ImageJIgnored[] {
  return [
    { what: "spline_fit", value: options & SPLINE_FIT_OPTION },
    { what: "options", value: options & ~(SUB_PIXEL_OPTION | SPLINE_FIT_OPTION) },
  ];
}

/** The meaning of bytes 52 to 55 depends on the type and subtype. */
function readStyle(
  file: RoiBytes,
  type: ImageJRoiType,
  subtype: ImageJSubtype | undefined,
): readonly ImageJIgnored[] {
  if (subtype === "ellipse" || subtype === "rotated_rect") {
    const what = subtype === "ellipse" ? "ellipse_aspect_ratio" : "rotated_rect_width";
    return [{ what, value: file.anyFloat32(HEADER.arrowStyle) }];
  }
  if (type === "rect" && subtype === undefined) {
    return [{ what: "corner_diameter", value: file.uint16(HEADER.arcSize) }];
  }
  return subtype === "arrow" ? [{ what: "arrow_style", value: file.uint8(HEADER.arrowStyle) }] : [];
}

function readHeader2(file: RoiBytes, header2: number): readonly ImageJIgnored[] {
  return [
    { what: "label_color", value: color(file.uint32(header2 + HEADER2.labelColor)) },
    { what: "label_font_size", value: file.uint16(header2 + HEADER2.labelFontSize) },
    { what: "group", value: file.uint8(header2 + HEADER2.group) },
    { what: "image_opacity", value: file.uint8(header2 + HEADER2.imageOpacity) },
    { what: "image_size", value: file.int32(header2 + HEADER2.imageSize) },
    { what: "properties_length", value: file.int32(header2 + HEADER2.propertiesLength) },
    { what: "counters_offset", value: file.int32(header2 + HEADER2.countersOffset) },
  ];
}
