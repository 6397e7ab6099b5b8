// Decodes the records of a PicoQuant file: photons and markers with their times.

import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../../tiff/byte-source.ts";

export const RECORD_BYTES = 4;
/** Bytes of records that are held at once. */
const PIECE_BYTES = 2 ** 20;

/** How the bits of a record are used, and by how much its clock jumps when it overflows. */
interface RecordLayout {
  /** PicoHarp has 4 bits of channel at the top, the others a special bit and 6 bits. */
  readonly isPicoHarp: boolean;
  readonly isT2: boolean;
  readonly wrap: number;
  /** True if an overflow says how many there were. */
  readonly countsWraps: boolean;
}

/**
 * By `TTResultFormat_TTTRRecType`. The bits are those of PicoQuant's description of its file formats, as ptufile and the makers'
 * demonstrations read them.
 */
const LAYOUTS: ReadonlyMap<number, RecordLayout> = new Map([
  [0x00010303, { isPicoHarp: true, isT2: false, wrap: 65_536, countsWraps: false }],
  [0x00010203, { isPicoHarp: true, isT2: true, wrap: 210_698_240, countsWraps: false }],
  [0x00010304, { isPicoHarp: false, isT2: false, wrap: 1024, countsWraps: false }],
  [0x00010204, { isPicoHarp: false, isT2: true, wrap: 33_552_000, countsWraps: false }],
  ...[0x01010304, 0x00010305, 0x00010306, 0x00010307].map((type): [number, RecordLayout] => [
    type,
    { isPicoHarp: false, isT2: false, wrap: 1024, countsWraps: true },
  ]),
  ...[0x01010204, 0x00010205, 0x00010206, 0x00010207].map((type): [number, RecordLayout] => [
    type,
    { isPicoHarp: false, isT2: true, wrap: 33_554_432, countsWraps: true },
  ]),
]);

/** What a file has of records. */
export interface PtuRecords {
  readonly source: ByteSource;
  readonly offset: number;
  readonly count: number;
  readonly type: number;
}

/** Takes what records say. Times are in units of `MeasDesc_GlobalResolution` since the first record. */
export interface RecordSink {
  readonly photon: (time: number, channel: number) => void;
  /** @param bits one bit for each marker; @param record its number. Returns false to stop. */
  readonly marker: (time: number, bits: number, record: number) => boolean;
}

/** @throws LegacyIoError `not_supported` for a type of records that is not known */
export function assertKnownRecords(type: number): void {
  if (!LAYOUTS.has(type)) {
    throw new LegacyIoError("not_supported", `PTU: records of the type 0x${type.toString(16)} are not read`, {
      expected: [...LAYOUTS.keys()].map((known) => `0x${known.toString(16)}`),
      found: type,
    });
  }
}

/**
 * Decodes records from a marker on whose time is known, or from the first on.
 *
 * @throws LegacyIoError `invalid_file` for times beyond 2^53, `io`
 */
export async function decodeRecords(
  records: PtuRecords,
  from: { readonly record: number; readonly time?: number },
  sink: RecordSink,
  signal?: AbortSignal,
): Promise<void> {
  assertKnownRecords(records.type);
  const layout = LAYOUTS.get(records.type);
  if (layout === undefined) {
    return;
  }
  let base: number | undefined = from.time === undefined ? 0 : undefined;
  const perPiece = PIECE_BYTES / RECORD_BYTES;
  for (let record = from.record; record < records.count; record += perPiece) {
    signal?.throwIfAborted();
    const count = Math.min(perPiece, records.count - record);
    const bytes = await records.source.read(records.offset + record * RECORD_BYTES, count * RECORD_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    base ??= (from.time ?? 0) - rawTimeOfMarker(layout, view.getUint32(0, true));
    const next = layout.isPicoHarp
      ? decodePicoHarp(layout, view, { record, base }, sink)
      : decodeOthers(layout, view, { record, base }, sink);
    if (next === undefined) {
      return;
    }
    if (!Number.isSafeInteger(next)) {
      throw new LegacyIoError("invalid_file", "PTU: its times are beyond 2^53", { found: next });
    }
    base = next;
  }
}

interface Place {
  readonly record: number;
  /** What overflows have added to the times so far. */
  readonly base: number;
}

const LOW_28 = 0x0fff_ffff;
const LOW_25 = 0x01ff_ffff;
const LOW_16 = 0xffff;
const LOW_10 = 0x3ff;
const PICOHARP_SPECIAL = 15;
const OVERFLOW = 0x3f;
const MARKERS = 0xf;

function rawTime({ isPicoHarp, isT2 }: RecordLayout, word: number): number {
  if (isPicoHarp) {
    return isT2 ? word & LOW_28 : word & LOW_16;
  }
  return isT2 ? word & LOW_25 : word & LOW_10;
}

/** In T2, PicoHarp writes the marker into the lowest bits of its time. */
function rawTimeOfMarker(layout: RecordLayout, word: number): number {
  const raw = rawTime(layout, word);
  return layout.isPicoHarp && layout.isT2 ? raw - (raw & MARKERS) : raw;
}

/** Returns what overflows have added behind the piece; undefined if the sink wants no more. */
function decodePicoHarp(
  layout: RecordLayout,
  view: DataView,
  { record, base: before }: Place,
  sink: RecordSink,
): number | undefined {
  let base = before;
  for (let at = 0; at < view.byteLength; at += RECORD_BYTES) {
    const word = view.getUint32(at, true);
    const channel = word >>> 28;
    if (channel !== PICOHARP_SPECIAL) {
      sink.photon(base + rawTime(layout, word), channel);
      continue;
    }
    const bits = layout.isT2 ? word & MARKERS : (word >>> 16) & 0xfff;
    if (bits === 0) {
      base += layout.wrap;
    } else if (
      !sink.marker(base + rawTimeOfMarker(layout, word), bits & MARKERS, record + at / RECORD_BYTES)
    ) {
      return undefined;
    }
  }
  return base;
}

function decodeOthers(
  layout: RecordLayout,
  view: DataView,
  { record, base: before }: Place,
  sink: RecordSink,
): number | undefined {
  let base = before;
  for (let at = 0; at < view.byteLength; at += RECORD_BYTES) {
    const word = view.getUint32(at, true);
    const channel = (word >>> 25) & OVERFLOW;
    const raw = rawTime(layout, word);
    if (word >>> 31 === 0) {
      sink.photon(base + raw, channel);
    } else if (channel === OVERFLOW) {
      base += layout.wrap * (layout.countsWraps && raw > 0 ? raw : 1);
    } else if (channel >= 1 && channel <= MARKERS) {
      if (!sink.marker(base + raw, channel, record + at / RECORD_BYTES)) {
        return undefined;
      }
    }
    // A special record of channel 0 is a pulse of the laser in T2.
  }
  return base;
}
