// Writes PTU files of line scans, in each of the layouts of records.

export interface PtuEvent {
  /** In units of the global resolution. */
  readonly time: number;
  /** A photon of this channel, as the record has it. */
  readonly channel?: number;
  /** Marker bits. */
  readonly marker?: number;
}

export interface PtuParts {
  readonly type?: number;
  readonly events: readonly PtuEvent[];
  /** Tags that replace or join the usual ones; undefined leaves one out. */
  readonly tags?: Readonly<Record<string, number | string | undefined>> | undefined;
  /** Overflows are written one by one, not counted. */
  readonly singleOverflows?: boolean;
}

export const PTU_TYPES = {
  picoHarpT3: 0x00010303,
  picoHarpT2: 0x00010203,
  hydraHarpT3: 0x00010304,
  hydraHarpT2: 0x00010204,
  hydraHarp2T3: 0x01010304,
  hydraHarp2T2: 0x01010204,
  genericT3: 0x00010307,
  genericT2: 0x00010207,
} as const;

const FLOATS: ReadonlySet<string> = new Set([
  "MeasDesc_GlobalResolution",
  "MeasDesc_Resolution",
  "ImgHdr_TimePerPixel",
  "ImgHdr_PixResol",
  "ImgHdr_LineFrequency",
]);
const USUAL: Readonly<Record<string, number | string>> = {
  File_Comment: "made in a test",
  File_CreatingTime: 44_000.5,
  Measurement_Mode: 3,
  Measurement_SubMode: 2,
  TTResultFormat_BitsPerRecord: 32,
  MeasDesc_GlobalResolution: 1e-7,
  MeasDesc_Resolution: 1e-9,
  ImgHdr_Dimensions: 2,
  ImgHdr_LineStart: 1,
  ImgHdr_LineStop: 2,
  ImgHdr_Frame: 3,
  ImgHdr_TimePerPixel: 0.01,
  ImgHdr_PixX: 5,
  ImgHdr_PixResol: 0.25,
};

export function ptuBytes({
  type = PTU_TYPES.genericT3,
  events,
  tags = {},
  singleOverflows = false,
}: PtuParts): Uint8Array<ArrayBuffer> {
  const words = recordWords(type, events, singleOverflows);
  const all = {
    ...USUAL,
    TTResultFormat_TTTRRecType: type,
    TTResult_NumberOfRecords: words.length,
    ...tags,
  };
  const records = Buffer.alloc(words.length * 4);
  for (const [at, word] of words.entries()) {
    records.writeUInt32LE(word >>> 0, at * 4);
  }
  const head = Buffer.from("PQTTTR\0\x001.0.00\0\0", "latin1");
  const pieces = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [tag(name, value)],
  );
  return new Uint8Array(Buffer.concat([head, ...pieces, tag("Header_End", undefined), records]));
}

function tag(name: string, value: number | string | undefined): Buffer {
  const bytes = Buffer.alloc(48);
  bytes.write(name, 0, "latin1");
  bytes.writeInt32LE(-1, 32);
  if (value === undefined) {
    bytes.writeUInt32LE(0xffff0008, 36);
    return bytes;
  }
  if (typeof value === "string") {
    const text = Buffer.alloc(Math.ceil((value.length + 1) / 8) * 8);
    text.write(value, 0, "latin1");
    bytes.writeUInt32LE(0x4001ffff, 36);
    bytes.writeBigInt64LE(BigInt(text.length), 40);
    return Buffer.concat([bytes, text]);
  }
  const isDate = name === "File_CreatingTime";
  bytes.writeUInt32LE(isDate ? 0x21000008 : FLOATS.has(name) ? 0x20000008 : 0x10000008, 36);
  isDate || FLOATS.has(name) ? bytes.writeDoubleLE(value, 40) : bytes.writeBigInt64LE(BigInt(value), 40);
  return bytes;
}

function recordWords(type: number, events: readonly PtuEvent[], singleOverflows: boolean): readonly number[] {
  const isPicoHarp = (type & 0xff) === 3;
  const isT2 = ((type >> 8) & 0xff) === 2;
  const isOld = isPicoHarp || type === PTU_TYPES.hydraHarpT3 || type === PTU_TYPES.hydraHarpT2;
  const wrap = isPicoHarp ? (isT2 ? 210_698_240 : 65_536) : isT2 ? (isOld ? 33_552_000 : 33_554_432) : 1024;
  const words: number[] = [];
  let base = 0;
  for (const { time, channel = 0, marker = 0 } of events) {
    const overflows = Math.floor((time - base) / wrap);
    if (overflows > 0) {
      const counted = !isOld && !singleOverflows;
      for (let left = overflows; left > 0; ) {
        const now = counted ? Math.min(left, 1023) : 1;
        words.push(isPicoHarp ? 0xf000_0000 : 0xfe00_0000 + (counted ? now : 0));
        left -= now;
      }
      base += overflows * wrap;
    }
    const raw = time - base;
    if (isPicoHarp) {
      words.push(
        marker > 0
          ? isT2
            ? 0xf000_0000 + (raw - (raw % 16)) + marker
            : 0xf000_0000 + marker * 65_536 + raw
          : channel * 2 ** 28 + (isT2 ? raw : 7 * 65_536 + raw),
      );
    } else {
      const head = marker > 0 ? 0x8000_0000 + marker * 2 ** 25 : channel * 2 ** 25;
      words.push(head + (isT2 || marker > 0 ? raw : 33 * 1024 + raw));
    }
  }
  return words;
}

/** The photons that the pattern has there. */
export function ptuValue(channel: number, line: number, pixel: number): number {
  return (channel + 2 * line + pixel) % 4;
}

export interface PtuScan {
  readonly lines?: number;
  readonly pixels?: number;
  /** Channels as records have them. */
  readonly channels?: readonly number[];
  /** From start to start. */
  readonly period?: number;
  readonly pixelTime?: number;
  /** Lines whose photons and markers are not there. */
  readonly lost?: readonly number[];
  readonly isBidirectional?: boolean;
  readonly hasStops?: boolean;
  /** Units of time before each line from this on. */
  readonly pause?: { readonly line: number; readonly length: number };
}

/** Markers and photons of a scan: five pixels of 100 units a line, 640 units from start to start. */
export function ptuEvents(scan: PtuScan = {}): readonly PtuEvent[] {
  const { lines = 6, pixels = 5, channels = [0, 1], period = 640, pixelTime = 100, lost = [] } = scan;
  const { hasStops = true, isBidirectional = false, pause = { line: lines, length: 0 } } = scan;
  return Array.from({ length: lines }, (_, line) => line)
    .filter((line) => !lost.includes(line))
    .flatMap((line) => {
      const start = 1600 + line * period + (line >= pause.line ? pause.length : 0);
      const photons = Array.from({ length: pixels }, (_, pixel) => pixel).flatMap((pixel) =>
        channels.flatMap((channel, index) => {
          const place = isBidirectional && line % 2 === 1 ? pixels - 1 - pixel : pixel;
          return Array.from({ length: ptuValue(index, line, place) }, (_, photon) => ({
            time: start + pixel * pixelTime + photon * 16,
            channel,
          }));
        }),
      );
      return [
        { time: start, marker: 1 },
        ...photons.toSorted((a, b) => a.time - b.time),
        ...(hasStops ? [{ time: start + pixels * pixelTime, marker: 2 }] : []),
        // On the way back, nobody counts.
        { time: start + pixels * pixelTime + 48, channel: channels[0] ?? 0 },
      ];
    });
}
