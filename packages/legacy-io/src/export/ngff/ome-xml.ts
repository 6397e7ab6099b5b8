// The file `OME/METADATA.ome.xml` of an export of several images: napari-ome-zarr finds the images by it alone.

import type { DType } from "@kym/zarr-store";
import type { WrittenNgffAxis } from "./ngff-layout.ts";

/** An image of a series. */
export interface OmeXmlImage {
  readonly name: string;
  readonly dtype: DType;
  /** In the order of `axes`. */
  readonly shape: readonly number[];
  readonly axes: readonly WrittenNgffAxis[];
}

const TYPES: Readonly<Record<DType, string | undefined>> = {
  bool: "bit",
  int8: "int8",
  int16: "int16",
  int32: "int32",
  int64: undefined,
  uint8: "uint8",
  uint16: "uint16",
  uint32: "uint32",
  uint64: undefined,
  float32: "float",
  float64: "double",
};
const NAMESPACE = "http://www.openmicroscopy.org/Schemas/OME/2016-06";

/**
 * Describes the images of a series in their order: `Image:0` is the group `0`. Undefined if an image has integers of 64 bits, for
 * which OME-XML has no word.
 *
 * @see https://www.openmicroscopy.org/Schemas/Documentation/Generated/OME-2016-06/ome.html
 */
export function omeXml(images: readonly OmeXmlImage[]): Uint8Array<ArrayBuffer> | undefined {
  const described = images.map(describe);
  if (described.includes(undefined)) {
    return undefined;
  }
  const text = [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<OME xmlns="${NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="${NAMESPACE} ${NAMESPACE}/ome.xsd">`,
    ...described,
    "</OME>",
    "",
  ];
  return new TextEncoder().encode(text.join("\n"));
}

function describe({ name, dtype, shape, axes }: OmeXmlImage, index: number): string | undefined {
  const type = TYPES[dtype];
  const sizeOf = (axis: WrittenNgffAxis["name"]): number =>
    shape[axes.findIndex((one) => one.name === axis)] ?? 1;
  const sizes = (["x", "y", "z", "c", "t"] as const).map(
    (axis) => `Size${axis.toUpperCase()}="${sizeOf(axis)}"`,
  );
  const lengths = axes.flatMap(({ name: axis, unit, scale }) => {
    const key = `PhysicalSize${axis.toUpperCase()}`;
    return unit === "micrometer" ? [`${key}="${scale}" ${key}Unit="\u00b5m"`] : [];
  });
  const channels = Array.from(
    { length: sizeOf("c") },
    (_, channel) => `<Channel ID="Channel:${index}:${channel}" SamplesPerPixel="1"/>`,
  );
  return type === undefined
    ? undefined
    : [
        `  <Image ID="Image:${index}" Name="${attributeText(name)}">`,
        `    <Pixels ID="Pixels:${index}" DimensionOrder="XYZCT" Type="${type}" ${[...sizes, ...lengths].join(" ")}>`,
        `      ${[...channels, "<MetadataOnly/>"].join("")}`,
        "    </Pixels>",
        "  </Image>",
      ].join("\n");
}

/** Escapes what an attribute must not have. Characters that XML 1.0 forbids become U+FFFD. */
function attributeText(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
