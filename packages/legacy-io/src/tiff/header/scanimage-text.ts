// Finds the texts that ScanImage writes into a TIFF: of the whole scan, and of single frames.

import { decodeUtf8OrLatin1 } from "../descriptions/instrument-text.ts";
import {
  olderScanImage,
  parseScanImage,
  parseScanImageFrame,
  type ScanImageDescription,
  type ScanImagePages,
  type ScanImageStamps,
  scanImagePages,
  umPerPxOfCentimetres,
} from "../descriptions/scanimage-description.ts";
import { type ScanImageFacts, scanImageFacts } from "../descriptions/scanimage-facts.ts";
import type { HeaderReader } from "./header-reader.ts";
import type { TagValues } from "./tag-values.ts";
import type { TiffLimits } from "./tiff-limits.ts";

/** u32 at 16, behind the header of a BigTIFF; then version, length of the text, length of the ROIs. */
const MAGIC = 117_637_889;
const BLOCK_AT = 16;
const BLOCK_HEAD = 16;
const VERSIONS: readonly number[] = [3, 4];
/** ScanImage writes some 300 bytes about a frame. */
const MAX_FRAME_BYTES = 1 << 16;

/** The headers of a file whose texts are read. */
export interface ScanImageHeaders {
  readonly reader: HeaderReader;
  readonly page: { readonly height: number; readonly width: number };
  readonly pageCount: number;
  /** The tags of all directories, in their order. */
  readonly all: readonly TagValues[];
  readonly isBigTiff: boolean;
  readonly limits: TiffLimits;
}

/** What a file says. */
export interface ReadScanImage {
  readonly pages: ScanImagePages | undefined;
  readonly facts: ScanImageFacts | undefined;
  readonly warnings: readonly string[];
}

/** What the first page says. */
export interface ScanImageTags {
  readonly software: string | undefined;
  readonly description: string | undefined;
  /** Pixels. */
  readonly perCentimetre: number | undefined;
}

/**
 * Reads ScanImage's texts, and what the pages are by them: undefined for a TIFF of another program. A number of pages that is not a
 * multiple of the channels is a warning.
 */
export async function readScanImage(
  { reader, all, page, pageCount, isBigTiff, limits }: ScanImageHeaders,
  tags: ScanImageTags,
): Promise<ReadScanImage> {
  const said = await readText(reader, tags, isBigTiff, limits);
  if (said === undefined || all.length !== pageCount) {
    const why = said === undefined ? olderScanImage(tags.description ?? "") : undefined;
    return { pages: undefined, facts: undefined, warnings: why === undefined ? [] : [why] };
  }
  const stamps = await readStamps(all, said.channels.length);
  const umPerPx = umPerPxOfCentimetres(tags.perCentimetre);
  const pages = scanImagePages(said, stamps, pageCount, { ...page, umPerPx });
  return typeof pages === "string"
    ? { pages: undefined, facts: undefined, warnings: [pages] }
    : { pages, facts: scanImageFacts(said, stamps, pages), warnings: pages.warnings };
}

/**
 * Reads the values of the scan from `Software`, from `ImageDescription`, or from the block behind the header of a BigTIFF. Undefined
 * for a TIFF of another program.
 */
async function readText(
  reader: HeaderReader,
  tags: ScanImageTags,
  isBigTiff: boolean,
  limits: TiffLimits,
): Promise<ScanImageDescription | undefined> {
  const ofTags = parseScanImage(tags.software ?? "") ?? parseScanImage(tags.description ?? "");
  if (ofTags !== undefined || !isBigTiff || reader.sizeBytes < BLOCK_AT + BLOCK_HEAD) {
    return ofTags;
  }
  const head = await reader.read(BLOCK_AT, BLOCK_HEAD);
  const [magic, version, length] = [0, 4, 8].map((at) => head.getUint32(at, true));
  const isBlock = magic === MAGIC && VERSIONS.includes(version ?? 0) && length !== undefined;
  if (!isBlock || length > limits.maxTextBytes || length > reader.sizeBytes - BLOCK_AT - BLOCK_HEAD) {
    return undefined;
  }
  const { buffer, byteOffset } = await reader.read(BLOCK_AT + BLOCK_HEAD, length);
  // The text ends with a character 0.
  const { text } = decodeUtf8OrLatin1(new Uint8Array(buffer, byteOffset, length));
  return parseScanImage(text.replace(/\0.*$/s, ""));
}

/** Reads what is said of the first frame and of the last. `pages` are those of the file in their order. */
async function readStamps(pages: readonly TagValues[], channels: number): Promise<ScanImageStamps> {
  const textOf = async (page: TagValues | undefined): Promise<string> =>
    (await page?.text("ImageDescription", MAX_FRAME_BYTES).catch(() => undefined)) ?? "";
  const first = parseScanImageFrame(await textOf(pages[0]));
  const frames = Math.floor(pages.length / channels);
  const last = frames < 2 ? first : parseScanImageFrame(await textOf(pages[(frames - 1) * channels]));
  return { first: first.stamp, last: last.stamp, epoch: first.epoch };
}
