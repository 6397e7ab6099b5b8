// Encodes and decodes the checkpoint of version 3, of which a part can be read on its own.

import { crc32c } from "../../bytes/crc32c.ts";
import { gzip } from "../../bytes/gzip.ts";
import { inflate } from "../../bytes/inflate.ts";
import { ZarrStoreError } from "../../errors.ts";
import { serializeLossless } from "../../json/lossless-json.ts";
import { parsePlain } from "../../json/parse-plain.ts";
import { runBounded } from "../../runtime/run-bounded.ts";
import type { Gunzip } from "../../runtime/runtime.ts";
import {
  type CheckpointContents,
  type GroupObjects,
  type Head,
  type HeadPoint,
  isStoredGroup,
  type WholeContents,
} from "./head.ts";
import { encodeObjects, fieldsOf } from "./old-checkpoint.ts";
import { sectionGroups } from "./section-groups.ts";

// A preamble of 16 bytes, a header, and sections without gaps; see docs/on-disk-format.md#the-checkpoint.

/** Bytes that no text begins with, and that a transfer as text would change. */
const MAGIC: readonly number[] = [0x89, 0x5a, 0x53, 0x43, 0x0d, 0x0a, 0x1a, 0x0a];
const LENGTH_AT = MAGIC.length;
const CRC_AT = LENGTH_AT + 4;
const HEADER_AT = CRC_AT + 4;
const FORMAT = 2;
/** Few enough that the first 64 KiB hold the header, whatever the images are called. */
const MOST_SECTIONS_OF_A_KIND = 64;
const LEAST_NAMES_OF_A_SECTION = 256;
const SECTIONS_AT_ONCE = 4;

type SectionKind = "images" | "objects";

/** One entry of the header: where a section is, and which names it holds, as the first and the last in their order. */
interface SectionEntry {
  readonly kind: SectionKind;
  readonly first: string;
  readonly last: string;
  /** Counted from the end of the header. */
  readonly offset: number;
  readonly length: number;
  readonly unpacked: number;
  readonly crc32c: number;
}

/** Encodes the head and what is known about its images, of a dataset of version 3. */
export async function encodeSectionedCheckpoint(
  head: Head,
  images: ReadonlyMap<string, unknown>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { version, recordSha256, txid, format2 } = head.point;
  const entries: SectionEntry[] = [];
  const sections: Uint8Array[] = [];
  let offset = 0;
  const add = async (kind: SectionKind, names: readonly string[], contents: unknown): Promise<void> => {
    const text = new TextEncoder().encode(serializeLossless(contents, { indent: 0 }));
    const bytes = await gzip(text);
    const [first = "", last = ""] = [names[0], names.at(-1)];
    const { length } = bytes;
    entries.push({ kind, first, last, offset, length, unpacked: text.length, crc32c: crc32c(bytes) });
    sections.push(bytes);
    offset += length;
  };
  for (const ids of inRuns([...images.keys()].sort())) {
    await add("images", ids, Object.fromEntries(ids.map((id) => [id, images.get(id)])));
  }
  for (const groups of inRuns([...head.groups()].sort())) {
    await add("objects", groups, encodeObjects(head, groups));
  }
  const header = new TextEncoder().encode(
    JSON.stringify({
      format: FORMAT,
      v: version,
      record_sha256: recordSha256,
      txid,
      claim: format2?.claim,
      first_of_format_2: format2?.first,
      sections: entries,
    }),
  );
  const file = new Uint8Array(HEADER_AT + header.length + offset);
  file.set(MAGIC);
  const view = new DataView(file.buffer);
  view.setUint32(LENGTH_AT, header.length, true);
  view.setUint32(CRC_AT, crc32c(header), true);
  file.set(header, HEADER_AT);
  for (const [index, section] of sections.entries()) {
    file.set(section, HEADER_AT + header.length + (entries[index]?.offset ?? 0));
  }
  return file;
}

/** Decodes the whole file. @throws {ZarrStoreError} if any byte is not as it was written, or any entry malformed */
export async function decodeSectionedCheckpoint(
  file: Uint8Array<ArrayBuffer>,
  maxTextBytes: number,
  gunzip?: Gunzip,
): Promise<WholeContents> {
  const { groups, sections, ...contents } = await openSections(file, maxTextBytes, gunzip);
  return {
    ...contents,
    groups: new Map(
      [...groups].map(([group, objects]) => [group, isStoredGroup(objects) ? objects.objects() : objects]),
    ),
    images: new Map(
      (await Promise.all(sections.map((section) => section.contents()))).flatMap(Object.entries),
    ),
  };
}

/**
 * Opens the file. What an entry says is decoded when it is first asked for, and what is known about images is then
 * unpacked as well.
 *
 * @throws {ZarrStoreError} `invalid_metadata` if a byte of the header or of the objects is not as it was written
 */
export async function openSectionedCheckpoint(
  file: Uint8Array<ArrayBuffer>,
  maxTextBytes: number,
  gunzip?: Gunzip,
): Promise<CheckpointContents> {
  const { sections, ...contents } = await openSections(file, maxTextBytes, gunzip);
  return {
    ...contents,
    images: { get: (id) => sectionOf(sections, id)?.get(id), unpackAll: () => unpackAll(sections) },
  };
}

/** What is known about all images. A section that is damaged is left out. */
async function unpackAll(sections: readonly ImageSection[]): Promise<ReadonlyMap<string, unknown>> {
  const images = new Map<string, unknown>();
  for (const section of sections) {
    const contents = await section.contents().catch(() => ({}));
    for (const [id, image] of Object.entries(contents)) {
      images.set(id, image);
    }
  }
  return images;
}

async function openSections(
  file: Uint8Array<ArrayBuffer>,
  maxTextBytes: number,
  gunzip: Gunzip | undefined,
): Promise<Omit<CheckpointContents, "images"> & { readonly sections: readonly ImageSection[] }> {
  const { point, entries, bodyAt } = decodeHeader(file, maxTextBytes);
  const packed = ({ offset, length }: SectionEntry): Uint8Array<ArrayBuffer> =>
    file.subarray(bodyAt + offset, bodyAt + offset + length);
  const objects = entries.filter(({ kind }) => kind === "objects");
  const texts = new Map<SectionEntry, Uint8Array>();
  const unpack = async (entry: SectionEntry): Promise<void> => {
    texts.set(entry, await unpackSection(packed(entry), entry, gunzip));
  };
  await runBounded(objects, unpack, { concurrency: SECTIONS_AT_ONCE });
  const groups = new Map<string, GroupObjects>();
  for (const entry of objects) {
    for (const [group, found] of sectionGroups(texts.get(entry) ?? new Uint8Array())) {
      groups.set(group, found);
    }
  }
  const sections = entries
    .filter(({ kind }) => kind === "images")
    .map((entry) => new ImageSection(entry, packed(entry), gunzip));
  return { ...point, groups, sections, fault: undefined };
}

/** What is known about some images, whose ids follow each other. */
class ImageSection {
  readonly first: string;
  readonly last: string;
  readonly #entry: SectionEntry;
  readonly #packed: Uint8Array<ArrayBuffer>;
  readonly #gunzip: Gunzip | undefined;
  #contents: Promise<Readonly<Record<string, unknown>>> | undefined;

  constructor(entry: SectionEntry, packed: Uint8Array<ArrayBuffer>, gunzip: Gunzip | undefined) {
    this.first = entry.first;
    this.last = entry.last;
    this.#entry = entry;
    this.#packed = packed;
    this.#gunzip = gunzip;
  }

  /** By id. @throws {ZarrStoreError} `invalid_metadata`, `invalid_file`; {Error} if it cannot be unpacked */
  async contents(): Promise<Readonly<Record<string, unknown>>> {
    this.#contents ??= unpackSection(this.#packed, this.#entry, this.#gunzip).then((text) =>
      fieldsOf(parsePlain(new TextDecoder("utf-8", { fatal: true }).decode(text))),
    );
    return this.#contents;
  }

  /** @throws as {@link contents} */
  async get(id: string): Promise<unknown> {
    const contents = await this.contents();
    return Object.hasOwn(contents, id) ? contents[id] : undefined;
  }
}

/** The section that an image is in, if any is: they are sorted. */
function sectionOf(sections: readonly ImageSection[], id: string): ImageSection | undefined {
  let [low, high] = [0, sections.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sections[middle]?.last ?? "") < id) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const section = sections[low];
  return section !== undefined && section.first <= id ? section : undefined;
}

interface Header {
  readonly point: HeadPoint;
  readonly entries: readonly SectionEntry[];
  readonly bodyAt: number;
}

function decodeHeader(file: Uint8Array<ArrayBuffer>, maxTextBytes: number): Header {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (file.length < HEADER_AT || MAGIC.some((byte, index) => file[index] !== byte)) {
    throw malformed("it does not begin as a checkpoint does");
  }
  const bodyAt = HEADER_AT + view.getUint32(LENGTH_AT, true);
  const header = file.subarray(HEADER_AT, bodyAt);
  if (bodyAt > file.length || crc32c(header) !== view.getUint32(CRC_AT, true)) {
    throw malformed("its header does not match its checksum");
  }
  const wire = fieldsOf(parsePlain(new TextDecoder("utf-8", { fatal: true }).decode(header)));
  const { format, v, record_sha256: recordSha256, txid, claim, first_of_format_2: first, sections } = wire;
  if (
    format !== FORMAT ||
    !isCount(v) ||
    typeof recordSha256 !== "string" ||
    typeof txid !== "string" ||
    (claim !== "link" && claim !== "folder") ||
    !isCount(first) ||
    !Array.isArray(sections)
  ) {
    throw malformed("its header has another format");
  }
  const entries = sections.map(asEntry);
  let end = 0;
  let textBytes = 0;
  for (const { offset, length, unpacked } of entries) {
    if (offset !== end) {
      throw malformed("its sections do not follow each other");
    }
    end += length;
    textBytes += unpacked;
  }
  if (bodyAt + end !== file.length || textBytes > maxTextBytes) {
    throw malformed(
      `sections of ${end} bytes that unpack to ${textBytes}, the file has ${file.length - bodyAt}`,
    );
  }
  return { point: { version: v, recordSha256, txid, format2: { claim, first } }, entries, bodyAt };
}

function asEntry(value: unknown): SectionEntry {
  const { kind, first, last, offset, length, unpacked, crc32c: crc } = fieldsOf(value);
  if (
    (kind !== "images" && kind !== "objects") ||
    typeof first !== "string" ||
    typeof last !== "string" ||
    !isCount(offset) ||
    !isCount(length) ||
    !isCount(unpacked) ||
    !isCount(crc)
  ) {
    throw malformed("its header has a malformed section");
  }
  return { kind, first, last, offset, length, unpacked, crc32c: crc };
}

async function unpackSection(
  bytes: Uint8Array<ArrayBuffer>,
  entry: SectionEntry,
  gunzip: Gunzip | undefined,
): Promise<Uint8Array> {
  if (crc32c(bytes) !== entry.crc32c) {
    throw malformed(`its section of ${entry.kind} from ${entry.first} does not match its checksum`);
  }
  const { unpacked } = entry;
  return gunzip === undefined
    ? inflate(bytes, { format: "gzip", maxBytes: unpacked, likelyBytes: unpacked })
    : gunzip(bytes, unpacked);
}

/** Cuts names into runs: of 256, or of more where that would be more than 64 runs. */
function inRuns(names: readonly string[]): readonly (readonly string[])[] {
  const size = Math.max(LEAST_NAMES_OF_A_SECTION, Math.ceil(names.length / MOST_SECTIONS_OF_A_KIND));
  return Array.from({ length: Math.ceil(names.length / size) }, (_, run) =>
    names.slice(run * size, (run + 1) * size),
  );
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function malformed(why: string): ZarrStoreError {
  return new ZarrStoreError("invalid_metadata", `the checkpoint is damaged: ${why}`);
}
