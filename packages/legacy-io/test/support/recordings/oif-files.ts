import { randomFrom } from "../../mutation/mutate.ts";
import { buildTiff } from "../../tiff/tiff-fixture.ts";

/** What a made FluoView recording of the FV1000 has. Times in microseconds. */
export interface MadeOif {
  readonly width: number;
  readonly lines: number;
  readonly channels?: number;
  /** Lines of each TIFF along T; default: one TIFF of all. */
  readonly partLines?: number;
  readonly order?: string;
  /** The length of the axis T in the main file. */
  readonly planned?: number;
  readonly lineUs?: number;
  readonly pitch?: string;
  readonly endMs?: number;
  readonly rowsPerStrip?: number;
  readonly direction?: "Oneway" | "Roundtrip";
  /** Width and height of the reference image; 0 for none. */
  readonly reference?: number;
  readonly isUtf8?: boolean;
  /** Without the names of property files in the main file. */
  readonly isUnnamed?: boolean;
}

/** A made recording: its files by name without a folder, `main.oif` among them, and its pixels by channel. */
export interface OifRecording {
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly pixels: readonly Uint8Array[];
}

export const OIF_MAIN = "main.oif";

/** Makes the files of a line scan in the layout of FluoView: one TIFF and one property file per plane. */
export function madeOif(made: MadeOif): OifRecording {
  const { width, lines, channels = 1, partLines = lines, rowsPerStrip = 64, reference = 0 } = made;
  const random = randomFrom(width * 7 + lines);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const parts = Math.ceil(lines / partLines);
  const stem = (channel: number, part: number): string =>
    `s_C${padded(channel + 1)}${parts > 1 ? `T${padded(part + 1)}` : ""}`;
  const pixels = Array.from({ length: channels }, () =>
    Uint8Array.from({ length: lines * width * 2 }, (_, at) =>
      Math.floor(random() * (at % 2 === 1 ? 16 : 256)),
    ),
  );
  for (const [channel, bytes] of pixels.entries()) {
    for (let part = 0; part < parts; part++) {
      const rows = bytes.subarray(part * partLines * width * 2, (part + 1) * partLines * width * 2);
      files.set(`${stem(channel, part)}.tif`, greyTiff(rows, width, rowsPerStrip));
      files.set(`${stem(channel, part)}.pty`, settings(ptyOf(made), made.isUtf8));
    }
    if (reference > 0) {
      const name = `s_C${padded(channel + 1)}-R001`;
      files.set(`${name}.tif`, greyTiff(new Uint8Array(reference * reference * 2).fill(3), reference, 64));
      files.set(`${name}.pty`, settings(ptyOf({ ...made, width: reference, pitch: "0.414" }), made.isUtf8));
    }
  }
  files.set("s_roi1.roi", settings('[FileInformation]\nName="roi1"\n[ROI Body]\nSHAPE=3', made.isUtf8));
  files.set("s_LUT1.lut", settings("[LUT Parameter]\nRed=1\n[ColorLUTData]\n\u0001\u0002", made.isUtf8));
  const first = `${stem(0, 0)}.pty`;
  const last = `${stem(channels - 1, parts - 1)}.pty`;
  files.set(OIF_MAIN, settings(mainOf(made, first, last), made.isUtf8));
  return { files, pixels };
}

function padded(number: number): string {
  return String(number).padStart(3, "0");
}

function settings(text: string, isUtf8 = false): Uint8Array<ArrayBuffer> {
  const lines = `${text.replaceAll("\n", "\r\n")}\r\n`;
  return new Uint8Array(isUtf8 ? Buffer.from(lines) : Buffer.from(`\u{feff}${lines}`, "utf16le"));
}

function greyTiff(rows: Uint8Array, width: number, rowsPerStrip: number): Uint8Array<ArrayBuffer> {
  const height = rows.length / (width * 2);
  const segments: Uint8Array[] = [];
  for (let row = 0; row < height; row += rowsPerStrip) {
    segments.push(rows.subarray(row * width * 2, Math.min(height, row + rowsPerStrip) * width * 2));
  }
  const tags = [
    [256, width],
    [257, height],
    [258, 16],
    [259, 1],
    [262, 1],
    [277, 1],
    [278, rowsPerStrip],
  ] as const;
  return buildTiff([{ tags: tags.map(([tag, value]) => ({ tag, type: 4, values: [value] })), segments }]);
}

function ptyOf({ lineUs = 1876, pitch = "0.207", width }: MadeOif): string {
  return `[Acquisition Parameters Common]
ObjectiveLens Name="UPLSAPO 20X NA:0.75"
ScanSpeed=2.0
Time Per Frame="18760000.000"
Time Per Line="${lineUs.toFixed(3)}"
Time Per Pixel="2.0"
[Image Parameters]
HeightConvertValue=0.0
HeightUnit="ms"
ImageWidth=${width}
ValidBitCounts=12
WidthConvertValue=${pitch}
WidthUnit="um"`;
}

function mainOf(made: MadeOif, first: string, last: string): string {
  const { width, lines, channels = 1, order = channels > 1 ? "XTC" : "XT", planned = lines } = made;
  const { pitch = "0.207", lineUs = 1876, direction = "Oneway" } = made;
  const endMs = made.endMs ?? ((planned - 1) * lineUs) / 1000;
  const axis = (at: number, code: string, size: number, end: number, unit: string): string =>
    `[Axis ${at} Parameters Common]\nAxisCode="${code}"\nEndPosition=${end}\nMaxSize=${size}\nStartPosition=0.0\nUnitName="${unit}"\n`;
  const names = Array.from(
    { length: channels },
    (_, at) => `[Channel ${at + 1} Parameters]\nCH Name="CH${at + 1}"\n`,
  );
  // FluoView writes those that were not scanned as well, and oiffile asks for them.
  const unused = [..."ALPQ"].map((code, at) => axis(5 + at, code, 0, at, "nm"));
  return `[Acquisition Parameters Common]
ImageCaputreDate='2020-02-10 13:07:52'
ImageCaputreDate+MilliSec=69
ScanDirection="${direction}"
ScanMode="XT"
${axis(0, "X", width, (width - 1) * Number(pitch.replace(",", ".").replace(/\.0$/, "")), "um")}${axis(1, "Y", 0, 45, "um")}${axis(2, "C", channels, channels, "Ch")}${axis(3, "Z", 0, -9, "nm")}${axis(4, "T", planned, endMs, "ms")}${unused.join("")}[Axis Parameter Common]
AxisCount=${order.length}
AxisOrder="${order}"
${names.join("")}[File Info]
DataName="scan.oib"
[ProfileSaveInfo]
Name="COFAImages"
Version="2.0.0.0"
${made.isUnnamed === true ? "" : `PtyFileNameE="scan.oif.files\\${last}"\nPtyFileNameS="scan.oif.files\\${first}"\n`}RoiFileName0="scan.oif.files\\s_roi1.roi"
[Reference Image Parameter]
ValidBitCounts=12
WidthConvertValue=${pitch}
WidthUnit="um"
[Version Info]
SystemName="FLUOVIEW FV1000"`;
}

const END = 0xff_ff_ff_fe;
const FREE = 0xff_ff_ff_ff;

export interface CompoundOptions {
  /** 512 or 4096. */
  readonly sectorBytes?: number;
  /** Sectors of streams are dealt out in turns, so that no stream lies together. */
  readonly isScattered?: boolean;
  readonly compression?: string;
}

/** The files of a recording as an `.oib`, with a table of names. */
export function oibOf(
  files: ReadonlyMap<string, Uint8Array>,
  options: CompoundOptions = {},
): Uint8Array<ArrayBuffer> {
  const others = [...files].filter(([name]) => name !== OIF_MAIN);
  const number = (at: number): string => `Stream${String(at + 1).padStart(5, "0")}`;
  const mainName = number(others.length);
  const table = others.map(([name], at) => `${number(at)}=Storage00001/${name}`);
  const info = `[OibSaveInfo]
Version=2.0.0.0
Name=COFAImages
MainFileName=${mainName}
Compression=${options.compression ?? "None"}
${mainName}=scan.oif
Storage00001=scan.oif.files
${table.join("\n")}`;
  const streams = new Map([
    ["OibInfo.txt", settings(info)],
    [mainName, files.get(OIF_MAIN) ?? new Uint8Array()],
    ...others.map(([, bytes], at) => [`Storage00001/${number(at)}`, bytes] as const),
  ]);
  return compoundOf(streams, options);
}

/** A compound file of streams, with those below 4096 bytes in the mini stream. Folders are one deep. */
export function compoundOf(
  streams: ReadonlyMap<string, Uint8Array>,
  { sectorBytes = 512, isScattered = false }: CompoundOptions = {},
): Uint8Array<ArrayBuffer> {
  const perSector = sectorBytes / 4;
  const small = [...streams].filter(([, bytes]) => bytes.length < 4096);
  const miniStarts = new Map<string, number>();
  const miniTable: number[] = [];
  for (const [path, bytes] of small) {
    const count = Math.ceil(bytes.length / 64);
    miniStarts.set(path, count === 0 ? END : miniTable.length);
    for (let at = 0; at < count; at++) {
      miniTable.push(at === count - 1 ? END : miniTable.length + 1);
    }
  }
  const miniStream = Buffer.alloc(miniTable.length * 64);
  for (const [path, bytes] of small) {
    miniStream.set(bytes, bytes.length === 0 ? 0 : (miniStarts.get(path) ?? 0) * 64);
  }
  const folders = [
    ...new Set([...streams.keys()].filter((path) => path.includes("/")).map((path) => path.split("/")[0]!)),
  ];
  const names = ["Root Entry", ...folders, ...streams.keys()];
  const miniTableBytes = Buffer.alloc(Math.ceil(miniTable.length / perSector) * sectorBytes, 0xff);
  for (const [at, next] of miniTable.entries()) {
    miniTableBytes.writeUInt32LE(next, at * 4);
  }
  const directory = Buffer.alloc(Math.ceil((names.length * 128) / sectorBytes) * sectorBytes);
  const chains = [
    directory,
    miniTableBytes,
    miniStream,
    ...[...streams.values()].filter((bytes) => bytes.length >= 4096),
  ];
  const counts = chains.map((bytes) => Math.ceil(bytes.length / sectorBytes));
  const order: number[] = [];
  for (let round = 0; order.length < counts.reduce((sum, each) => sum + each, 0); round++) {
    for (const [chain, count] of counts.entries()) {
      const size = isScattered ? (round < count ? 1 : 0) : round === 0 ? count : 0;
      order.push(...Array.from({ length: size }, () => chain));
    }
  }
  const tableSectors = Math.ceil(order.length / (perSector - 1)) + 1;
  const table = Buffer.alloc(tableSectors * sectorBytes, 0xff);
  const sectors = Buffer.alloc(order.length * sectorBytes);
  const starts = counts.map(() => END);
  const done = counts.map(() => 0);
  const previous = counts.map(() => -1);
  for (const [at, chain] of order.entries()) {
    const sector = tableSectors + at;
    const part = chains[chain]!.subarray(done[chain]! * sectorBytes, (done[chain]! + 1) * sectorBytes);
    sectors.set(part, at * sectorBytes);
    if (done[chain] === 0) {
      starts[chain] = sector;
    } else {
      table.writeUInt32LE(sector, previous[chain]! * 4);
    }
    table.writeUInt32LE(END, sector * 4);
    previous[chain] = sector;
    done[chain] = done[chain]! + 1;
  }
  for (let sector = 0; sector < tableSectors; sector++) {
    table.writeUInt32LE(0xff_ff_ff_fd, sector * 4);
  }
  writeDirectory(directory, names, folders, streams, { starts, miniStarts, miniBytes: miniStream.length });
  if (isScattered) {
    let part = 0;
    for (const [at, chain] of order.entries()) {
      if (chain === 0) {
        sectors.set(directory.subarray(part * sectorBytes, (part + 1) * sectorBytes), at * sectorBytes);
        part++;
      }
    }
  } else {
    sectors.set(directory, 0);
  }
  return new Uint8Array(Buffer.concat([headerOf(sectorBytes, tableSectors, starts, counts), table, sectors]));
}

function headerOf(
  sectorBytes: number,
  tableSectors: number,
  starts: readonly number[],
  counts: readonly number[],
): Buffer {
  if (tableSectors > 109) {
    throw new Error("the made file is too large for its header");
  }
  const header = Buffer.alloc(sectorBytes);
  header.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  for (const [at, value] of [
    [24, 0x3e],
    [26, sectorBytes === 512 ? 3 : 4],
    [28, 0xff_fe],
    [30, sectorBytes === 512 ? 9 : 12],
    [32, 6],
  ] as const) {
    header.writeUInt16LE(value, at);
  }
  for (const [at, value] of [
    [40, sectorBytes === 512 ? 0 : counts[0]!],
    [44, tableSectors],
    [48, starts[0]!],
    [56, 4096],
    [60, starts[1]!],
    [64, counts[1]!],
    [68, END],
  ] as const) {
    header.writeUInt32LE(value, at);
  }
  for (let at = 0; at < 109; at++) {
    header.writeUInt32LE(at < tableSectors ? at : FREE, 76 + at * 4);
  }
  return header;
}

/** Siblings follow one another to the right. */
function writeDirectory(
  directory: Buffer,
  names: readonly string[],
  folders: readonly string[],
  streams: ReadonlyMap<string, Uint8Array>,
  places: {
    readonly starts: readonly number[];
    readonly miniStarts: ReadonlyMap<string, number>;
    readonly miniBytes: number;
  },
): void {
  const parentOf = (name: string): string => (name.includes("/") ? name.split("/")[0]! : "Root Entry");
  let large = 3;
  for (const [at, name] of names.entries()) {
    const offset = at * 128;
    const text = Buffer.from(`${name.split("/").at(-1)}\0`, "utf16le");
    directory.set(text, offset);
    directory.writeUInt16LE(text.length, offset + 64);
    const isStorage = folders.includes(name);
    directory[offset + 66] = at === 0 ? 5 : isStorage ? 1 : 2;
    const siblings = names.slice(1).filter((other) => parentOf(other) === parentOf(name));
    const next = at === 0 ? undefined : siblings[siblings.indexOf(name) + 1];
    const child = names.slice(1).find((other) => parentOf(other) === name);
    directory.writeUInt32LE(FREE, offset + 68);
    directory.writeUInt32LE(next === undefined ? FREE : names.indexOf(next), offset + 72);
    directory.writeUInt32LE(child === undefined ? FREE : names.indexOf(child), offset + 76);
    const bytes = streams.get(name);
    const isLarge = bytes !== undefined && bytes.length >= 4096;
    const start =
      at === 0 ? places.starts[2]! : isLarge ? places.starts[large++]! : (places.miniStarts.get(name) ?? 0);
    directory.writeUInt32LE(start, offset + 116);
    directory.writeUInt32LE(at === 0 ? places.miniBytes : (bytes?.length ?? 0), offset + 120);
  }
}
