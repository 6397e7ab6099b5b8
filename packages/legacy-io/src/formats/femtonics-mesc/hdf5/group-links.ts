// Lists the objects of a group of an HDF5 file by name.

import { brokenHdf5, type Hdf5Cursor, unreadHdf5 } from "./hdf5-cursor.ts";
import type { Hdf5File } from "./hdf5-file.ts";
import { cursorOf, type Hdf5Object, MESSAGE, messageOf } from "./object-header.ts";

/** Nodes below nodes. A tree of a real file has a few levels. */
const MOST_LEVELS = 32;
const HARD = 0;
const SYMBOLIC = 2;
const TEXT = new TextDecoder();

/** Addresses of object headers. Links by name to other places are left out. */
export type Hdf5Links = ReadonlyMap<string, number>;

/** Whether an object is a group. */
export function isGroup({ messages }: Hdf5Object): boolean {
  return messages.some(({ type }) => type === MESSAGE.symbolTable || type === MESSAGE.linkInfo);
}

/**
 * @throws LegacyIoError `invalid_file`; `not_supported` for links in a fractal heap ("dense")
 */
export async function readLinks(file: Hdf5File, group: Hdf5Object): Promise<Hdf5Links> {
  const table = messageOf(group, MESSAGE.symbolTable, file);
  if (table !== undefined) {
    return readSymbolTable(file, table);
  }
  const info = messageOf(group, MESSAGE.linkInfo, file);
  if (info !== undefined && hasHeap(info)) {
    throw unreadHdf5("a group keeps its links in a fractal heap (dense)", { offset: info.offset });
  }
  const links = new Map<string, number>();
  for (const message of group.messages.filter(({ type }) => type === MESSAGE.link)) {
    const link = linkOf(cursorOf(message, file));
    if (link !== undefined) {
      links.set(link.name, link.address);
    }
  }
  return links;
}

/** Of a link info message (HDF5 specification, §IV.A.2.c), or of an attribute info message, whose longest number has 2 bytes instead of 8. */
export function hasHeap(info: Hdf5Cursor, orderBytes = 8): boolean {
  info.version("a message about links or attributes", [0]);
  info.skip((info.uint(1) & 1) === 0 ? 0 : orderBytes);
  return info.address() !== undefined;
}

interface Link {
  readonly name: string;
  readonly address: number;
}

function linkOf(cursor: Hdf5Cursor): Link | undefined {
  cursor.version("a link", [1]);
  const flags = cursor.uint(1);
  const type = (flags & 8) === 0 ? HARD : cursor.uint(1);
  cursor.skip((flags & 4) === 0 ? 0 : 8);
  cursor.skip((flags & 0x10) === 0 ? 0 : 1);
  const name = TEXT.decode(cursor.take(cursor.uint(2 ** (flags & 3))));
  const address = type === HARD ? cursor.address() : undefined;
  return address === undefined ? undefined : { name, address };
}

async function readSymbolTable(file: Hdf5File, table: Hdf5Cursor): Promise<Hdf5Links> {
  const [tree, heap] = [table.address(), table.address()];
  if (tree === undefined || heap === undefined) {
    throw brokenHdf5("a group has no tree or no names", { offset: table.offset });
  }
  const names = await readLocalHeap(file, heap);
  const links = new Map<string, number>();
  const seen = new Set<number>();
  const walk = async (address: number, level: number | undefined): Promise<void> => {
    if (seen.has(address)) {
      throw brokenHdf5("the tree of a group goes round", { offset: address });
    }
    seen.add(address);
    const node = await readTreeNode(file, address, level);
    for (const child of node.children) {
      if (node.level > 0) {
        await walk(child, node.level - 1);
      } else {
        await readSymbols(file, child, names, links);
      }
    }
  };
  await walk(tree, undefined);
  return links;
}

/** A node of a version 1 B-tree of a group (HDF5 specification, §III.A.1). */
async function readTreeNode(
  file: Hdf5File,
  address: number,
  expectedLevel: number | undefined,
): Promise<{ readonly level: number; readonly children: readonly number[] }> {
  const head = await file.block(address, 8);
  head.expect("TREE", "a node of a group");
  const type = head.uint(1);
  const level = head.uint(1);
  const count = head.uint(2);
  if (type !== 0 || level > MOST_LEVELS || (expectedLevel !== undefined && level !== expectedLevel)) {
    throw brokenHdf5("a node of a group has another type or level", {
      offset: address,
      expected: expectedLevel,
      found: [type, level],
    });
  }
  file.count(count + 1);
  const { offsetBytes, lengthBytes } = file;
  const body = await file.block(address + 8, 2 * offsetBytes + count * (lengthBytes + offsetBytes));
  body.skip(2 * offsetBytes);
  const children: number[] = [];
  for (let at = 0; at < count; at++) {
    body.length();
    const child = body.address();
    if (child === undefined) {
      throw brokenHdf5("a node of a group names no child", { offset: body.offset + body.at });
    }
    children.push(child);
  }
  return { level, children };
}

async function readSymbols(
  file: Hdf5File,
  address: number,
  names: (offset: number) => string,
  links: Map<string, number>,
): Promise<void> {
  const head = await file.block(address, 8);
  head.expect("SNOD", "a list of links");
  head.version("a list of links", [1]);
  head.skip(1);
  const count = head.uint(2);
  file.count(count);
  const { offsetBytes } = file;
  const body = await file.block(address + 8, count * (2 * offsetBytes + 24));
  for (let at = 0; at < count; at++) {
    const nameAt = body.uint(offsetBytes);
    const target = body.address();
    const cacheType = body.uint(4);
    body.skip(20);
    if (cacheType !== SYMBOLIC && target !== undefined) {
      links.set(names(nameAt), target);
    }
  }
}

/** The names in a local heap (HDF5 specification, §III.D). */
async function readLocalHeap(file: Hdf5File, address: number): Promise<(offset: number) => string> {
  const head = await file.block(address, 8 + 2 * file.lengthBytes + file.offsetBytes);
  head.expect("HEAP", "the names of a group");
  head.version("the names of a group", [0]);
  head.skip(3);
  const size = head.length();
  head.length();
  const data = head.address();
  if (data === undefined) {
    throw brokenHdf5("the names of a group are missing", { offset: address });
  }
  const { bytes } = await file.block(data, size);
  return (offset) => {
    const end = bytes.indexOf(0, offset);
    if (offset >= bytes.length || end < 0) {
      throw brokenHdf5("a name of a group has no end", { offset: data + offset });
    }
    return TEXT.decode(bytes.subarray(offset, end));
  };
}
