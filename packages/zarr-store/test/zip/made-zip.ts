// Makes small zip files field by field, also such as no program writes.

import { crc32, deflateRawSync } from "node:zlib";

/** An entry, and what its headers say in place of the truth. */
export interface MadeEntry {
  readonly name: string;
  readonly text?: string;
  readonly isDeflated?: boolean;
  /** Fields of both headers, by name. */
  readonly says?: Fields;
  /** Fields of one header alone. */
  readonly local?: Fields;
  readonly directory?: Fields;
  readonly localName?: string;
  readonly nameBytes?: Uint8Array;
  /** Extra fields of both headers. */
  readonly extra?: Uint8Array;
  /** The bytes in place of those of `text`. */
  readonly packed?: Uint8Array;
}

export interface Fields {
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly packedBytes?: number;
  readonly sizeBytes?: number;
  readonly madeBy?: number;
  readonly disk?: number;
  readonly attributes?: number;
  readonly offset?: number;
}

/** What the end says in place of the truth. */
export interface MadeEnd {
  readonly numEntries?: number;
  readonly here?: number;
  readonly directoryBytes?: number;
  readonly directoryOffset?: number;
  readonly disk?: number;
  readonly comment?: Uint8Array;
  /** Stands between the directory and the end record. */
  readonly between?: Uint8Array;
  /** Makes the records of 64 bits; its fields replace the truth in these alone. */
  readonly end64?: {
    readonly numEntries?: bigint;
    readonly directoryOffset?: bigint;
    readonly recordBytes?: bigint;
    readonly locatorAt?: bigint;
    readonly disks?: number;
  };
}

const DIRECTORY = 0x0201_4b50;
const LOCAL = 0x0403_4b50;

/** Numbers of 2 and 4 bytes in a row, the lowest byte first. */
export function numbers(
  ...parts: readonly (readonly [bytes: 2 | 4 | 8, value: number | bigint])[]
): Uint8Array {
  return Buffer.concat(
    parts.map(([bytes, value]) => {
      const part = Buffer.alloc(8);
      part.writeBigUInt64LE(BigInt(value));
      return part.subarray(0, bytes);
    }),
  );
}

export function madeZip(entries: readonly MadeEntry[], end: MadeEnd = {}): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const entry of entries) {
    const content = Buffer.from(entry.text ?? "");
    const packed = entry.packed ?? (entry.isDeflated === true ? deflateRawSync(content) : content);
    const truth = {
      ...{ flags: 0, method: entry.isDeflated === true ? 8 : 0, crc: crc32(content), madeBy: 20, disk: 0 },
      ...{ packedBytes: packed.length, sizeBytes: content.length, attributes: 0, offset },
    };
    const extra = entry.extra ?? new Uint8Array();
    const name = entry.nameBytes ?? Buffer.from(entry.name);
    const localName = entry.localName === undefined ? name : Buffer.from(entry.localName);
    const local = header({ ...truth, ...entry.says, ...entry.local }, localName, extra);
    const listed = { ...truth, ...entry.says, ...entry.directory };
    const added = [numbers([4, LOCAL], [2, 20]), local, localName, extra, packed];
    directory.push(
      numbers([4, DIRECTORY], [2, listed.madeBy], [2, 20]),
      header(listed, name, extra),
      numbers([2, 0], [2, listed.disk], [2, 0], [4, listed.attributes], [4, listed.offset]),
      name,
      extra,
    );
    parts.push(...added);
    offset += added.reduce((sum, { length }) => sum + length, 0);
  }
  const directoryBytes = directory.reduce((sum, { length }) => sum + length, 0);
  const between = end.between ?? new Uint8Array();
  const comment = end.comment ?? new Uint8Array();
  const count = entries.length;
  const made64 = end.end64 && [
    numbers([4, 0x0606_4b50], [8, end.end64.recordBytes ?? 44], [2, 45], [2, 45], [4, 0], [4, 0]),
    numbers([8, end.end64.numEntries ?? count], [8, end.end64.numEntries ?? count]),
    numbers([8, directoryBytes], [8, end.end64.directoryOffset ?? offset]),
    numbers([4, 0x0706_4b50], [4, 0], [8, end.end64.locatorAt ?? offset + directoryBytes]),
    numbers([4, end.end64.disks ?? 1]),
  ];
  const tail = [
    numbers([4, 0x0605_4b50], [2, end.disk ?? 0], [2, end.disk ?? 0]),
    numbers([2, end.here ?? end.numEntries ?? count], [2, end.numEntries ?? count]),
    numbers(
      [4, end.directoryBytes ?? directoryBytes],
      [4, end.directoryOffset ?? offset],
      [2, comment.length],
    ),
  ];
  return new Uint8Array(
    Buffer.concat([...parts, ...directory, between, ...(made64 ?? []), ...tail, comment]),
  );
}

/** What both headers have in common, from the flags to the lengths. */
function header(
  fields: Required<Pick<Fields, "flags" | "method" | "crc" | "packedBytes" | "sizeBytes">>,
  name: Uint8Array,
  extra: Uint8Array,
): Uint8Array {
  const { flags, method, crc, packedBytes, sizeBytes } = fields;
  return numbers(
    [2, flags],
    [2, method],
    ...([
      [2, 0],
      [2, 0x21],
      [4, crc],
      [4, packedBytes],
    ] as const),
    ...([
      [4, sizeBytes],
      [2, name.length],
      [2, extra.length],
    ] as const),
  );
}
