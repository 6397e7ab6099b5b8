import { inflateSync } from "node:zlib";
import { readAttributes } from "../../../src/formats/femtonics-mesc/hdf5/attributes.ts";
import { isHdf5Dataset, openHdf5Dataset } from "../../../src/formats/femtonics-mesc/hdf5/dataset.ts";
import { isGroup, readLinks } from "../../../src/formats/femtonics-mesc/hdf5/group-links.ts";
import { type Hdf5File, openHdf5 } from "../../../src/formats/femtonics-mesc/hdf5/hdf5-file.ts";
import { readObject } from "../../../src/formats/femtonics-mesc/hdf5/object-header.ts";
import { mescFormat } from "../../../src/formats/femtonics-mesc/mesc-format.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { mescBytes } from "../../support/recordings/mesc-files.ts";
import { allLines, opened, SMALL_LIMITS } from "../../support/recordings/opened-recording.ts";
import type { FuzzedParser } from "../fuzz-parsers.ts";

/** Objects by path: the bytes of datasets, and the numbers of attributes. */
type Contents = ReadonlyMap<string, string>;

/** Other names may be in one of two codes. */
const PLAIN = /^[ -.0-?A-~]*$/;

/** Every object of a MESc against a reader of HDF5 that follows each address as it stands. */
export const FUZZED_MESC: FuzzedParser<Contents> = {
  name: "Femtonics MESc",
  sounds: [
    mescBytes([{ channels: 2, layout: [4, 1, 4], filters: ["shuffle", "deflate", "fletcher32"] }]),
    mescBytes([{ shape: [3, 2, 4], type: ">u2", attributes: { TStepInMs: 2 } }]),
  ],
  read: async (bytes) => {
    const { scans } = await opened(mescFormat, bytes);
    for (const scan of scans) {
      await allLines(scan);
    }
    const file = await openHdf5(bytesSource(bytes), SMALL_LIMITS);
    const contents = new Map<string, string>();
    await collect(file, file.root, "", contents);
    return contents;
  },
  disagreement: (contents, bytes) => {
    const naive = naiveReader(Buffer.from(bytes));
    for (const [path, value] of contents) {
      const other = naive(path);
      if (other !== value) {
        return `${path}: ${value.slice(0, 100)}, not ${String(other).slice(0, 100)}`;
      }
    }
    return undefined;
  },
};

async function collect(
  file: Hdf5File,
  address: number,
  path: string,
  contents: Map<string, string>,
): Promise<void> {
  const object = await readObject(file, address);
  for (const [name, value] of await readAttributes(file, object)) {
    if ("numbers" in value && PLAIN.test(name)) {
      contents.set(`${path}@${name}`, value.numbers.map(String).join());
    }
  }
  if (isHdf5Dataset(object)) {
    const { shape, type, readRows } = await openHdf5Dataset(file, object);
    const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
    const target = new Uint8Array(rows * (shape.at(-1) ?? 0) * type.sizeBytes);
    await readRows(0, rows, target);
    contents.set(path, Buffer.from(target).toString("hex"));
  } else if (isGroup(object) && path.split("/").length < 4) {
    for (const [name, child] of await readLinks(file, object)) {
      if (PLAIN.test(name)) {
        await collect(file, child, `${path}/${name}`, contents);
      }
    }
  }
}

interface NaiveMessage {
  readonly type: number;
  readonly at: number;
  readonly size: number;
}

function naiveReader(file: Buffer): (path: string) => string | undefined {
  const u = (at: number, size: number): number =>
    size === 8 ? Number(file.readBigUInt64LE(at)) : file.readUIntLE(at, size);
  const messagesOf = (address: number): readonly NaiveMessage[] => {
    const messages: NaiveMessage[] = [];
    const blocks = [[address + 16, u(address + 8, 4)]];
    for (const [start = 0, length = 0] of blocks) {
      for (let at = start; start + length - at >= 8; ) {
        const [type, size] = [u(at, 2), u(at + 2, 2)];
        messages.push({ type, at: at + 8, size });
        if (type === 0x10) {
          blocks.push([u(at + 8, 8), u(at + 16, 8)]);
        }
        at += 8 + size;
      }
    }
    return messages;
  };
  const linksOf = (address: number): ReadonlyMap<string, number> => {
    const table = messagesOf(address).find(({ type }) => type === 0x11)?.at ?? Number.NaN;
    const names = u(u(table + 8, 8) + 24, 8);
    const links = new Map<string, number>();
    const walk = (node: number): void => {
      for (let entry = 0; entry < u(node + 6, 2); entry++) {
        const child = u(node + 32 + 16 * entry, 8);
        if (u(node + 5, 1) > 0) {
          walk(child);
          continue;
        }
        for (let symbol = 0; symbol < u(child + 6, 2); symbol++) {
          const at = child + 8 + 40 * symbol;
          const name = names + u(at, 8);
          if (u(at + 16, 4) !== 2) {
            links.set(file.toString("utf8", name, file.indexOf(0, name)), u(at + 8, 8));
          }
        }
      }
    };
    walk(u(table, 8));
    return links;
  };
  const attributeOf = (address: number, wanted: string): string | undefined => {
    for (const { type, at } of messagesOf(address)) {
      const name = at + 8;
      const end = file.indexOf(0, name);
      const length = Math.min(u(at + 2, 2), end - name);
      if (type !== 0x0c || file.toString("utf8", name, name + length) !== wanted) {
        continue;
      }
      const kind = name + eight(u(at + 2, 2));
      const space = kind + eight(u(at + 4, 2));
      const data = space + eight(u(at + 6, 2));
      const size = u(kind + 4, 4);
      const shape = Array.from({ length: u(space + 1, 1) }, (_, axis) => u(space + 8 + 8 * axis, 8));
      const count = shape.reduce((product, one) => product * one, 1);
      const values = Array.from({ length: count }, (_, index) => {
        const bytes = Buffer.from(file.subarray(data + index * size, data + (index + 1) * size));
        return String(
          numberOf((u(kind + 1, 1) & 1) === 1 ? bytes.reverse() : bytes, u(kind, 1) & 15, u(kind + 1, 1)),
        );
      });
      return values.join();
    }
    return undefined;
  };
  const dataOf = (address: number): string => {
    const messages = messagesOf(address);
    const at = (type: number): number => messages.find((one) => one.type === type)?.at ?? Number.NaN;
    const shape = Array.from({ length: u(at(1) + 1, 1) }, (_, axis) => u(at(1) + 8 + 8 * axis, 8));
    const size = u(at(3) + 4, 4);
    const data = Buffer.alloc(shape.reduce((product, one) => product * one, size));
    if (u(at(8) + 1, 1) === 1) {
      file.copy(data, 0, u(at(8) + 2, 8), u(at(8) + 2, 8) + data.length);
    } else {
      const chunk = shape.map((_, axis) => u(at(8) + 11 + 4 * axis, 4));
      const ids = Number.isNaN(at(0x0b)) ? [] : filtersAt(at(0x0b), u);
      const node = u(at(8) + 3, 8);
      const entryBytes = 24 + 8 * shape.length;
      for (let entry = 0; entry < u(node + 6, 2); entry++) {
        const key = node + 24 + entry * entryBytes;
        const from = u(key + entryBytes - 8, 8);
        const starts = shape.map((_, axis) => u(key + 8 + 8 * axis, 8));
        // A chunk beyond the dataset is of before it shrank.
        if (starts.some((start, axis) => start >= (shape[axis] ?? 0))) {
          continue;
        }
        const bytes = unfiltered(file.subarray(from, from + u(key, 4)), ids, u(key + 4, 4), size);
        place(data, bytes, { shape, chunk, starts, size });
      }
    }
    if ((u(at(3) + 1, 1) & 1) === 1) {
      for (let value = 0; value < data.length; value += size) {
        data.subarray(value, value + size).reverse();
      }
    }
    return data.toString("hex");
  };
  return (path) => {
    const [where = "", attribute] = path.split("@");
    let address = u(u(8, 1) === 0 ? 64 : 68, 8);
    for (const name of where.split("/").slice(1)) {
      address = linksOf(address).get(name) ?? Number.NaN;
    }
    return attribute === undefined ? dataOf(address) : attributeOf(address, path.slice(where.length + 1));
  };
}

function eight(size: number): number {
  return Math.ceil(size / 8) * 8;
}

function numberOf(bytes: Buffer, kind: number, flags: number): number {
  if (kind === 1) {
    return bytes.length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE();
  }
  if (bytes.length === 8) {
    return Number((flags & 8) === 0 ? bytes.readBigUInt64LE() : bytes.readBigInt64LE());
  }
  return (flags & 8) === 0 ? bytes.readUIntLE(0, bytes.length) : bytes.readIntLE(0, bytes.length);
}

function filtersAt(at: number, u: (at: number, size: number) => number): readonly number[] {
  const ids: number[] = [];
  let from = at + 8;
  for (let filter = 0; filter < u(at + 1, 1); filter++) {
    const values = u(from + 6, 2);
    ids.push(u(from, 2));
    from += 8 + eight(u(from + 2, 2)) + 4 * (values + (values % 2));
  }
  return ids;
}

function unfiltered(stored: Buffer, ids: readonly number[], mask: number, size: number): Buffer {
  let bytes = stored;
  for (const [at, id] of [...ids.entries()].reverse()) {
    if (((mask >>> at) & 1) === 1) {
      continue;
    }
    if (id === 1) {
      bytes = inflateSync(bytes);
    } else if (id === 3) {
      bytes = bytes.subarray(0, -4);
    } else {
      const [count, mixed] = [Math.floor(bytes.length / size), bytes];
      bytes = Buffer.from(
        mixed.map((byte, to) =>
          to < count * size ? (mixed[(to % size) * count + Math.floor(to / size)] ?? 0) : byte,
        ),
      );
    }
  }
  return bytes;
}

function place(
  data: Buffer,
  bytes: Buffer,
  {
    shape,
    chunk,
    starts,
    size,
  }: {
    readonly shape: readonly number[];
    readonly chunk: readonly number[];
    readonly starts: readonly number[];
    readonly size: number;
  },
): void {
  for (let at = 0; at < bytes.length / size; at++) {
    let [rest, to, isInside] = [at, 0, true];
    for (const [axis, length] of shape.entries()) {
      const below = chunk.slice(axis + 1).reduce((product, one) => product * one, 1);
      const index = (starts[axis] ?? 0) + Math.floor(rest / below);
      rest %= below;
      isInside &&= index < length;
      to = to * length + index;
    }
    if (isInside) {
      bytes.copy(data, to * size, at * size, (at + 1) * size);
    }
  }
}
