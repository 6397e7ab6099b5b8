// What ImageJ keeps in a TIFF, in the form of the artifact `imagej/tags`.

import { ARTIFACTS } from "@kym/kym-schema";
import { isZarrStoreError } from "@kym/zarr-store/runtime";
import type { ImageJMetadata } from "../../tiff/descriptions/imagej-metadata.ts";

/** ImageJ's metadata, and the name of the TIFF that it came from. */
export interface ImageJTags {
  readonly file: string;
  readonly metadata: ImageJMetadata;
}

/** The tags of the first file that has some, with the overlays of the other channels. */
export function joinedTags([first, ...others]: readonly ImageJTags[]): ImageJTags | undefined {
  const overlay = others.flatMap(({ metadata }) => metadata.overlay);
  return first === undefined || overlay.length === 0
    ? first
    : { ...first, metadata: { ...first.metadata, overlay: [...first.metadata.overlay, ...overlay] } };
}

/** True if ImageJ kept a selection or an overlay. */
export function hasRois({ metadata: { selection, overlay } }: ImageJTags): boolean {
  return selection !== undefined || overlay.length > 0;
}

const HEX = /^([0-9a-f]{2})+$/;

/** The value of the artifact. Bytes are hexadecimal digits. */
export function imageJTagsValue({ file, metadata }: ImageJTags): object {
  const { info = null, properties, labels, ranges, luts, selection, overlay, others } = metadata;
  return {
    file,
    info,
    properties,
    labels,
    ranges: ranges.every(Number.isFinite) ? ranges : [],
    luts: luts.map(bytesToHex),
    selection: selection === undefined ? null : bytesToHex(selection),
    overlay: overlay.map(bytesToHex),
    others: others.map(({ type, bytes }) => ({ type, bytes: bytesToHex(bytes) })),
  };
}

/** Reads the value of the artifact; what is not as `imageJTagsValue` writes it is left out. Undefined if it is not an object. */
export function readImageJTags(value: unknown): ImageJTags | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const { file, info, properties, labels, ranges, luts, selection, overlay, others } = value;
  return {
    file: textOf(file) ?? "",
    metadata: {
      info: textOf(info),
      properties: listOf(properties).flatMap((each) => textOf(each) ?? []),
      labels: listOf(labels).flatMap((each) => textOf(each) ?? []),
      ranges: listOf(ranges).flatMap((each) => (typeof each === "number" ? [each] : [])),
      luts: listOf(luts).flatMap((each) => bytesOf(each) ?? []),
      selection: bytesOf(selection),
      overlay: listOf(overlay).flatMap((each) => bytesOf(each) ?? []),
      others: listOf(others).flatMap((each) => {
        const [type, bytes] = isObject(each) ? [textOf(each["type"]), bytesOf(each["bytes"])] : [];
        return type?.length === 4 && bytes !== undefined ? [{ type, bytes }] : [];
      }),
    },
  };
}

function bytesToHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    text += (byte + 256).toString(16).slice(1);
  }
  return text;
}

/** Reads what ImageJ kept in the TIFF of an image, as the dataset has it; undefined if it kept nothing. */
export async function loadImageJTags(record: JsonArtifacts): Promise<ImageJTags | undefined> {
  try {
    return readImageJTags(await record.loadJson(ARTIFACTS.imageJTags));
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}

/** An image whose JSON artifacts can be read. */
interface JsonArtifacts {
  readonly loadJson: (name: string) => Promise<unknown>;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function bytesOf(value: unknown): Uint8Array | undefined {
  return typeof value === "string" && HEX.test(value)
    ? Uint8Array.from({ length: value.length / 2 }, (_, index) =>
        Number.parseInt(value.slice(2 * index, 2 * index + 2), 16),
      )
    : undefined;
}
