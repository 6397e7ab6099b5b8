// Reads the messages of an object of an HDF5 file: a group or a dataset.

import { brokenHdf5, Hdf5Cursor, unreadHdf5 } from "./hdf5-cursor.ts";
import type { Hdf5File } from "./hdf5-file.ts";
import { expectChecksum } from "./lookup3.ts";

/** What messages are called by number (HDF5 specification, §IV.A.2). */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  oldFillValue: 0x04,
  fillValue: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

export interface Hdf5Message {
  readonly type: number;
  /** Its data stand elsewhere; what is here says where. */
  readonly isShared: boolean;
  readonly data: Uint8Array;
  /** Of its data, in the file. */
  readonly offset: number;
}

export interface Hdf5Object {
  readonly address: number;
  readonly messages: readonly Hdf5Message[];
}

interface Block {
  readonly address: number;
  readonly length: number;
}

const SIGNATURE_V2 = "OHDR";
const SIGNATURE_MORE = "OCHK";
const PREFIX_BYTES = 16;
const MOST_PREFIX_V2 = 34;

/**
 * Reads an object header of version 1 or 2 with its continuations.
 *
 * @throws LegacyIoError `invalid_file`, also for continuations that come round again; `not_supported`
 */
export async function readObject(file: Hdf5File, address: number): Promise<Hdf5Object> {
  const start = await file.block(address, 4);
  const isV2 = String.fromCharCode(...start.bytes) === SIGNATURE_V2;
  return { address, messages: isV2 ? await messagesV2(file, address) : await messagesV1(file, address) };
}

/** The first message of a type. @throws LegacyIoError `not_supported` if it is kept elsewhere */
export function messageOf(object: Hdf5Object, type: number, file: Hdf5File): Hdf5Cursor | undefined {
  const message = object.messages.find((one) => one.type === type);
  return message && cursorOf(message, file);
}

export function cursorOf({ data, offset, isShared, type }: Hdf5Message, file: Hdf5File): Hdf5Cursor {
  if (isShared) {
    throw unreadHdf5(`a message of the type ${type} is shared`, { offset });
  }
  return new Hdf5Cursor(data, file, offset);
}

async function messagesV1(file: Hdf5File, address: number): Promise<readonly Hdf5Message[]> {
  const prefix = await file.block(address, PREFIX_BYTES);
  prefix.version("an object header", [1]);
  prefix.skip(7);
  const first = { address: address + PREFIX_BYTES, length: prefix.uint(4) };
  return allMessages(file, first, async (block) => {
    const cursor = await file.block(block.address, block.length);
    return messagesIn(cursor, cursor.bytes.length, 8, (at) => {
      const type = at.uint(2);
      const size = at.uint(2);
      const flags = at.uint(1);
      at.skip(3);
      return { type, size, flags };
    });
  });
}

async function messagesV2(file: Hdf5File, address: number): Promise<readonly Hdf5Message[]> {
  const prefix = await file.block(address, 6);
  prefix.expect(SIGNATURE_V2, "an object header");
  prefix.version("an object header", [2]);
  const flags = prefix.uint(1);
  const sizeBytes = 2 ** (flags & 3);
  const prefixBytes = 6 + ((flags & 0x20) === 0 ? 0 : 16) + ((flags & 0x10) === 0 ? 0 : 4) + sizeBytes;
  const size = await file.block(address, Math.min(prefixBytes, MOST_PREFIX_V2));
  size.skip(prefixBytes - sizeBytes);
  const first = { address, length: prefixBytes + size.uint(sizeBytes) + 4 };
  const hasOrder = (flags & 0x04) !== 0;
  return allMessages(file, first, async (block) => {
    const cursor = await file.block(block.address, block.length);
    const isFirst = block.address === address;
    if (isFirst) {
      cursor.skip(prefixBytes);
    } else {
      cursor.expect(SIGNATURE_MORE, "the continuation of an object header");
    }
    const from = cursor.at;
    cursor.skip(cursor.rest - 4);
    const end = cursor.at;
    expectChecksum(cursor, "an object header");
    cursor.at = from;
    return messagesIn(cursor, end, hasOrder ? 6 : 4, (at) => {
      const type = at.uint(1);
      const length = at.uint(2);
      const messageFlags = at.uint(1);
      at.skip(hasOrder ? 2 : 0);
      return { type, size: length, flags: messageFlags };
    });
  });
}

/** What is left behind the last message may be shorter than the head of one. */
function messagesIn(
  cursor: Hdf5Cursor,
  end: number,
  headBytes: number,
  head: (cursor: Hdf5Cursor) => { readonly type: number; readonly size: number; readonly flags: number },
): readonly Hdf5Message[] {
  const messages: Hdf5Message[] = [];
  while (end - cursor.at >= headBytes) {
    const { type, size, flags } = head(cursor);
    if (size > end - cursor.at) {
      throw brokenHdf5("a message is longer than its block", {
        offset: cursor.offset + cursor.at,
        expected: end - cursor.at,
        found: size,
      });
    }
    const offset = cursor.offset + cursor.at;
    messages.push({ type, isShared: (flags & 2) !== 0, data: cursor.take(size), offset });
  }
  return messages;
}

async function allMessages(
  file: Hdf5File,
  first: Block,
  read: (block: Block) => Promise<readonly Hdf5Message[]>,
): Promise<readonly Hdf5Message[]> {
  const blocks = [first];
  const seen = new Set([first.address]);
  const messages: Hdf5Message[] = [];
  for (const block of blocks) {
    const found = await read(block);
    file.count(found.length + 1);
    for (const message of found) {
      messages.push(message);
      if (message.type === MESSAGE.continuation) {
        const cursor = cursorOf(message, file);
        const [address, length] = [cursor.address(), cursor.length()];
        if (address === undefined || seen.has(address)) {
          throw brokenHdf5("the continuations of an object header go round", { offset: message.offset });
        }
        seen.add(address);
        blocks.push({ address, length });
      }
    }
  }
  return messages;
}
