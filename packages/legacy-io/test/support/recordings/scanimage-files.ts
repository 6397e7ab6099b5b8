// Writes TIFFs in the layout of ScanImage 2016 and later: BigTIFF, a block of text behind the header, one page a channel and frame.

export interface ScanImageParts {
  readonly frames?: number;
  readonly channels?: number;
  readonly height?: number;
  readonly width?: number;
  /** Lines `SI.key = value`, which replace those of the same key; undefined leaves one out. */
  readonly values?: Readonly<Record<string, string | undefined>>;
  /** Where the text is. */
  readonly textIn?: "block" | "software" | "both" | "description" | "nowhere";
  /** Seconds of each frame; undefined writes none. */
  readonly stampStep?: number | undefined;
  /** Pages that are cut from the end. */
  readonly lostPages?: number;
}

const USUAL: Readonly<Record<string, string>> = {
  "hRoiManager.linePeriod": "0.0005",
  "hRoiManager.scanFramePeriod": "0.003",
  "hRoiManager.scanAngleMultiplierSlow": "0",
  "hRoiManager.scanAngleMultiplierFast": "1",
  "hRoiManager.imagingFovUm": "[-10 0;10 0;10 0;-10 0]",
  "hScan2D.bidirectional": "true",
  "hStackManager.framesPerSlice": "100",
  "hStackManager.enable": "false",
  "hChannels.channelName": "{'Channel 1' 'Channel 2' 'Channel 3' 'Channel 4'}",
  "hChannels.channelOffset": "[ -12  34   0   0]",
  "hChannels.channelSubtractOffset": "[true true true true]",
};

/** The value that the pattern has: int16, also negative. */
export function scanImageValue(channel: number, line: number, pixel: number): number {
  return 1000 * channel + 10 * line + pixel - 5;
}

export function scanImageText({ channels = 2, values = {} }: ScanImageParts): string {
  const saved = Array.from({ length: channels }, (_, at) => at + 1).join(";");
  const all = { ...USUAL, "hChannels.channelSave": channels === 1 ? "1" : `[${saved}]`, ...values };
  return Object.entries(all)
    .flatMap(([key, value]) => (value === undefined ? [] : [`SI.${key} = ${value}`]))
    .join("\n");
}

export function scanImageTiff(parts: ScanImageParts = {}): Uint8Array<ArrayBuffer> {
  const { frames = 3, channels = 2, height = 4, width = 5, textIn = "block", lostPages = 0 } = parts;
  const { stampStep = 0.003 } = parts;
  const hasStamps = !("stampStep" in parts) || parts.stampStep !== undefined;
  const text = Buffer.from(`${scanImageText(parts)}\0`, "latin1");
  const rois = Buffer.from('{"RoiGroups": {}}\0', "latin1");
  const head = Buffer.alloc(16);
  head.writeUInt32LE(117_637_889, 0);
  head.writeUInt32LE(4, 4);
  head.writeUInt32LE(text.length, 8);
  head.writeUInt32LE(rois.length, 12);
  const pieces: Buffer[] = [
    Buffer.alloc(16),
    ...(textIn === "block" || textIn === "both" ? [head, text, rois] : [text]),
  ];
  let end = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const put = (bytes: Buffer): number => {
    const at = end;
    const padded = Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
    pieces.push(padded);
    end += padded.length;
    return at;
  };
  put(Buffer.alloc((8 - (end % 8)) % 8));
  const textAt = textIn === "block" || textIn === "both" ? 32 : 16;
  const directories: { readonly at: number; readonly nextAt: number }[] = [];
  for (let page = 0; page < frames * channels - lostPages; page++) {
    const [frame, channel] = [Math.floor(page / channels), page % channels];
    const pixels = Buffer.alloc(height * width * 2);
    for (let at = 0; at < height * width; at++) {
      pixels.writeInt16LE(
        scanImageValue(channel, frame * height + Math.floor(at / width), at % width),
        at * 2,
      );
    }
    const stamp = hasStamps ? `frameTimestamps_sec = ${(frame * stampStep).toFixed(9)}\n` : "";
    const own = `frameNumbers = ${frame + 1}\n${stamp}epoch = [2017  3  1 12 30 15.5]\n`;
    const description = Buffer.from(
      `${textIn === "description" ? text.toString("latin1", 0, text.length - 1) : ""}\n${own}\0`,
    );
    const [descriptionAt, pixelsAt] = [put(description), put(pixels)];
    const entries: (readonly [tag: number, type: number, count: number, value: number])[] = [
      [256, 4, 1, width],
      [257, 4, 1, height],
      [258, 3, 1, 16],
      [259, 3, 1, 1],
      [262, 3, 1, 1],
      [270, 2, description.length, descriptionAt],
      [273, 16, 1, pixelsAt],
      [277, 3, 1, 1],
      [278, 4, 1, height],
      [279, 16, 1, pixels.length],
      ...(textIn === "software" || textIn === "both" ? [[305, 2, text.length, textAt] as const] : []),
      [339, 3, 1, 2],
    ];
    const directory = Buffer.alloc(8 + entries.length * 20 + 8);
    directory.writeBigUInt64LE(BigInt(entries.length), 0);
    for (const [at, [tag, type, count, value]] of entries.entries()) {
      directory.writeUInt16LE(tag, 8 + at * 20);
      directory.writeUInt16LE(type, 10 + at * 20);
      directory.writeBigUInt64LE(BigInt(count), 12 + at * 20);
      directory.writeBigUInt64LE(BigInt(value), 20 + at * 20);
    }
    const at = put(directory);
    directories.push({ at, nextAt: at + 8 + entries.length * 20 });
  }
  const bytes = Buffer.concat(pieces);
  bytes.write("II", 0, "latin1");
  bytes.writeUInt16LE(43, 2);
  bytes.writeUInt16LE(8, 4);
  let link = 8;
  for (const { at, nextAt } of directories) {
    bytes.writeBigUInt64LE(BigInt(at), link);
    link = nextAt;
  }
  return new Uint8Array(bytes);
}
