// Writes a large CZI line scan line by line: a plane of one row for each, uncompressed.

import { closeSync, openSync, writeSync } from "node:fs";

const WIDTH = 4096;
const SEGMENT = 32;
const FIXED = 256;
const DIMENSIONS = ["X", "Y", "C", "T"];
const ENTRY = 32 + 20 * DIMENSIONS.length;
const LIST = 128;

/** Writes about `megabytes` MiB of pixels, and returns how many bytes they are exactly. */
export function writeCzi(path: string, megabytes: number): number {
  const lineBytes = WIDTH * 2;
  const lines = Math.ceil((megabytes * 2 ** 20) / lineBytes);
  const directory = Buffer.alloc(SEGMENT + LIST + lines * ENTRY);
  const file = openSync(path, "w");
  let end = 1024;
  try {
    const block = Buffer.alloc(SEGMENT + FIXED + lineBytes);
    segmentHead(block, "ZISRAWSUBBLOCK", FIXED + lineBytes);
    block.writeBigInt64LE(BigInt(lineBytes), SEGMENT + 8);
    const pixels = block.subarray(SEGMENT + FIXED);
    for (let line = 0; line < lines; line++) {
      const entry = entryOf(line, end);
      entry.copy(block, SEGMENT + 16);
      entry.copy(directory, SEGMENT + LIST + line * ENTRY);
      for (let x = 0; x < WIDTH; x++) {
        pixels.writeUInt16LE((x * 7919 + line * 131) & 0xf_ff, 2 * x);
      }
      end += writeSync(file, block, 0, block.length, end);
    }
    segmentHead(directory, "ZISRAWDIRECTORY", directory.length - SEGMENT);
    directory.writeInt32LE(lines, SEGMENT);
    writeSync(file, directory, 0, directory.length, end);
    const header = Buffer.alloc(1024);
    segmentHead(header, "ZISRAWFILE", 512);
    header.writeInt32LE(1, SEGMENT);
    header.writeBigInt64LE(BigInt(end), SEGMENT + 52);
    writeSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  return lines * lineBytes;
}

function segmentHead(bytes: Buffer, id: string, sizeBytes: number): void {
  bytes.write(id, "latin1");
  bytes.writeBigInt64LE(BigInt(sizeBytes), 16);
  bytes.writeBigInt64LE(BigInt(sizeBytes), 24);
}

function entryOf(line: number, position: number): Buffer {
  const entry = Buffer.alloc(ENTRY);
  entry.write("DV", "latin1");
  entry.writeInt32LE(1, 2);
  entry.writeBigInt64LE(BigInt(position), 6);
  entry.writeInt32LE(DIMENSIONS.length, 28);
  for (const [at, letter] of DIMENSIONS.entries()) {
    const from = 32 + 20 * at;
    const size = letter === "X" ? WIDTH : 1;
    entry.write(letter, from, "latin1");
    entry.writeInt32LE(letter === "T" ? line : 0, from + 4);
    entry.writeInt32LE(size, from + 8);
    entry.writeInt32LE(size, from + 16);
  }
  return entry;
}
