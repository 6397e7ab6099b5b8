import { randomFrom } from "../../mutation/mutate.ts";

/** What a made OIR recording has. Lengths in pixels and lines, times in milliseconds. */
export interface MadeOir {
  readonly width: number;
  /** In the files, by file: the main one, then companions. */
  readonly lines: readonly number[];
  readonly blockLines: number;
  readonly planned?: number;
  readonly channels?: readonly { readonly id: string; readonly name: string }[];
  readonly depth?: 1 | 2 | 4;
  readonly seriesMs?: number;
  readonly lineMs?: number;
  readonly pixelMs?: number;
  readonly roundtrip?: boolean;
  readonly umPerPx?: number;
  readonly start?: string;
  readonly line?: readonly [number, number, number, number];
  /** Width and height of the reference image; 0 for none. */
  readonly reference?: number;
  /** The number of the first block, and whether companions go on counting. */
  readonly countOn?: boolean;
  /** Whether names of blocks state places in the plane, as FluoView's do, or zeros. */
  readonly hasPlaces?: boolean;
  /** Metadata in front of those of the end, as FluoView writes them behind the first frame. */
  readonly snapshot?: string;
  /** The axes in the names of the blocks. */
  readonly uid?: (block: number) => string;
  /** XML of the scan instead of the made one. */
  readonly lsmimage?: string;
  readonly trailing?: number;
}

/** A made recording: its files by name, and its pixels by channel as they were written. */
export interface OirRecording {
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly pixels: readonly Uint8Array[];
}

export const OIR_CHANNELS: readonly { readonly id: string; readonly name: string }[] = [
  { id: "3c1a0b7e-0000-4000-8000-00000000000a", name: "CH1" },
  { id: "1f00aa11-0000-4000-8000-00000000000b", name: "CH2" },
];

/** Makes the files of a line scan in the layout that oirfile reads: `<base>.oir`, `<base>_00001`, … */
export function madeOir(base: string, made: MadeOir): OirRecording {
  const { width, lines, blockLines, depth = 2, countOn = true, channels = [OIR_CHANNELS[0]!] } = made;
  const random = randomFrom(width * 31 + blockLines);
  const pixels = channels.map(() => {
    const bytes = new Uint8Array(lines.reduce((sum, each) => sum + each, 0) * width * depth);
    for (let at = 0; at < bytes.length; at++) {
      bytes[at] = depth === 2 && at % 2 === 1 ? Math.floor(random() * 16) : Math.floor(random() * 256);
    }
    return bytes;
  });
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  let line = 0;
  let block = 0;
  for (const [file, count] of lines.entries()) {
    block = countOn ? block : 0;
    const blocks: Buffer[] = [];
    if (file === 0) {
      blocks.push(blockOf(0, metadataOf(made, channels)));
      blocks.push(blockOf(2, Buffer.concat([Buffer.from("BMP "), Buffer.alloc(20)])));
      blocks.push(...referenceBlocks(made, channels));
    }
    for (const stop = line + count; line < stop; block++) {
      const until = Math.min(stop, line + blockLines);
      blocks.push(blockOf(1, frameOf(made)));
      for (const [at, { id }] of channels.entries()) {
        const part = pixels[at]!.subarray(line * width * depth, until * width * depth);
        const axes = made.uid?.(block) ?? "t001_0_1";
        const place = made.hasPlaces === true ? [line * width * depth, part.length] : [0, 0];
        blocks.push(uidBlock(`${axes}_${id}_${block}`, place), blockOf(4, Buffer.from(part)));
      }
      line = until;
    }
    const name = file === 0 ? `${base}.oir` : `${base}_${String(file).padStart(5, "0")}`;
    files.set(name, oirOf(blocks, made.trailing ?? 0));
  }
  return { files, pixels };
}

/** The block that describes a recording, and the one of a frame. */
export function oirTexts(made: MadeOir): { readonly metadata: Buffer; readonly frame: Buffer } {
  return {
    metadata: blockOf(0, metadataOf(made, made.channels ?? [OIR_CHANNELS[0]!])),
    frame: blockOf(1, frameOf(made)),
  };
}

/** An OIR file of blocks, with an index of them all. */
export function oirOf(blocks: readonly Buffer[], trailing = 0): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(96);
  header.write("OLYMPUSRAWFORMAT", 0, "latin1");
  for (const [at, value] of [12, 0, 1, 2].entries()) {
    header.writeUInt32LE(value, 16 + at * 4);
  }
  header.write("FV30-SW", 72, "latin1");
  const index = Buffer.alloc(4 + blocks.length * 8);
  index.writeUInt32LE(0xff_ff_ff_ff, 0);
  let offset = header.length;
  for (const [at, block] of blocks.entries()) {
    index.writeBigUInt64LE(BigInt(offset), 4 + at * 8);
    offset += block.length;
  }
  header.writeBigUInt64LE(BigInt(offset + index.length), 32);
  header.writeBigUInt64LE(BigInt(offset), 40);
  return new Uint8Array(Buffer.concat([header, ...blocks, index, Buffer.alloc(trailing, 7)]));
}

export function blockOf(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(payload.length, 0);
  head.writeUInt32LE(type, 4);
  return Buffer.concat([head, payload]);
}

export function uidBlock(uid: string, [start = 0, sizeBytes = 0]: readonly number[] = []): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(start, 0);
  head.writeUInt32LE(sizeBytes, 4);
  head.writeUInt32LE(uid.length, 8);
  return blockOf(3, Buffer.concat([head, Buffer.from(uid, "latin1")]));
}

function referenceBlocks({ reference = 0, depth = 2 }: MadeOir, channels: MadeOir["channels"]): Buffer[] {
  return reference === 0
    ? []
    : (channels ?? []).flatMap(({ id }, at) => [
        uidBlock(`REF_LSM0_${id}_0`),
        blockOf(4, Buffer.alloc(reference * reference * depth, at + 1)),
      ]);
}

const XML = '<?xml version="1.0" encoding="UTF-8"?>';
const HPF = "http://www.olympus.co.jp/hpf";

function frameOf({ width, blockLines, depth = 2 }: MadeOir): Buffer {
  return Buffer.from(
    `\0\0\0\0${XML}<lsmframe:frameProperties xmlns:lsmframe="${HPF}/model/lsmframe" xmlns:commonframe="${HPF}/model/commonframe">` +
      `<commonframe:imageDefinition><commonframe:width>${width}</commonframe:width><commonframe:height>${blockLines}</commonframe:height>` +
      `<commonframe:depth>${depth}</commonframe:depth><commonframe:bitCounts>12</commonframe:bitCounts>` +
      `<commonframe:colorType>GlayScale</commonframe:colorType></commonframe:imageDefinition>` +
      `<commonframe:axisValue><commonframe:axisType>TIMELAPSE</commonframe:axisType><commonframe:position>0</commonframe:position></commonframe:axisValue>` +
      `</lsmframe:frameProperties>`,
  );
}

function metadataOf(made: MadeOir, channels: NonNullable<MadeOir["channels"]>): Buffer {
  const { reference = 0 } = made;
  const fileinfo = `${XML}<fileinfo:fileInfomation xmlns:fileinfo="${HPF}/model/fileinfo"/>`;
  const base = `${XML}<base:imageDefinition xmlns:base="${HPF}/protocol/base"><base:width>${reference}</base:width><base:height>${reference}</base:height></base:imageDefinition>`;
  return Buffer.from(
    `\0\0\0\0${fileinfo}\0\0${made.snapshot === undefined ? "" : XML + made.snapshot}${made.lsmimage === undefined ? lsmimageOf(made, channels) : XML + made.lsmimage}\0${reference === 0 ? "" : base}`,
  );
}

function lsmimageOf(made: MadeOir, channels: NonNullable<MadeOir["channels"]>): string {
  const { planned = made.lines.reduce((sum, each) => sum + each, 0), seriesMs = 1.142 } = made;
  const { lineMs = 1.142, pixelMs = 0.002, roundtrip = false, umPerPx = 0.273931 } = made;
  const { start = "2019-10-21T16:13:51.123+09:00", line = [250, 236, 244, 214] } = made;
  const listed = channels.map(
    ({ id, name }, at) =>
      `<commonphase:channel id="${id}" order="${at + 1}"><commonphase:imageType>DETECTOR</commonphase:imageType><commonphase:name>${name}</commonphase:name>` +
      "<fvCommonphase:startWavelength>500</fvCommonphase:startWavelength><fvCommonphase:endWavelength>540</fvCommonphase:endWavelength></commonphase:channel>",
  );
  const settings = (type: string, interval: number): string =>
    `<lsmimage:scannerSettings type="${type}"><commonparam:param><commonparam:imageSize><commonparam:width>${made.width}</commonparam:width><commonparam:height>512</commonparam:height></commonparam:imageSize>` +
    `<commonparam:roundtrip>${roundtrip}</commonparam:roundtrip><commonparam:pixelSpeed>${pixelMs}</commonparam:pixelSpeed><commonparam:lineSpeed>${lineMs}</commonparam:lineSpeed>` +
    `<commonparam:frameSpeed>1090.5</commonparam:frameSpeed><commonparam:seriesInterval>${interval}</commonparam:seriesInterval></commonparam:param></lsmimage:scannerSettings>`;
  return (
    `${XML}<lsmimage:imageProperties xmlns:lsmimage="${HPF}/model/lsmimage" xmlns:commonparam="${HPF}/model/commonparam" xmlns:commonphase="${HPF}/model/commonphase" xmlns:fvCommonphase="${HPF}/model/fvCommonphase" xmlns:commonimage="${HPF}/model/commonimage">` +
    `<commonimage:general><commonimage:creationDateTime>${start}</commonimage:creationDateTime></commonimage:general>` +
    `<lsmimage:scannerType>Galvano</lsmimage:scannerType>${settings("Galvano", seriesMs)}${settings("Resonant", 33.3)}` +
    `<commonphase:channels>${listed.join("")}</commonphase:channels><commonphase:again>${listed.join("")}</commonphase:again>` +
    `<commonparam:axis enable="true" paramEnable="true"><commonparam:axis>TIMELAPSE</commonparam:axis><commonparam:startPosition>0</commonparam:startPosition><commonparam:step>1</commonparam:step><commonparam:maxSize>${planned}</commonparam:maxSize></commonparam:axis>` +
    `<commonparam:axis enable="false" paramEnable="false"><commonparam:axis>ZSTACK</commonparam:axis><commonparam:maxSize>10</commonparam:maxSize></commonparam:axis>` +
    `<commonparam:length><commonparam:x>${umPerPx}</commonparam:x><commonparam:y>1.0</commonparam:y></commonparam:length>` +
    `<commonimage:region><commonimage:coordinates x1="${line[0]}" y1="${line[1]}" x2="${line[2]}" y2="${line[3]}"/></commonimage:region>` +
    `</lsmimage:imageProperties>`
  );
}
