// Writes a large OIR line scan block by block, in the layout that oirfile reads.

import { closeSync, openSync, writeSync } from "node:fs";
import {
  blockOf,
  OIR_CHANNELS,
  oirOf,
  oirTexts,
  uidBlock,
} from "../../packages/legacy-io/test/support/recordings/oir-files.ts";

const WIDTH = 64;
const BLOCK_LINES = 512;
const HEADER_BYTES = 96;

/** Writes about `megabytes` MiB of pixels, and returns how many bytes they are exactly. */
export function writeOir(path: string, megabytes: number): number {
  const blockBytes = BLOCK_LINES * WIDTH * 2;
  const blocks = Math.ceil((megabytes * 2 ** 20) / blockBytes);
  const made = { width: WIDTH, lines: [blocks * BLOCK_LINES], blockLines: BLOCK_LINES };
  const { metadata, frame } = oirTexts(made);
  const [{ id } = { id: "" }] = OIR_CHANNELS;
  const header = Buffer.from(oirOf([])).subarray(0, HEADER_BYTES);
  const offsets: number[] = [];
  let end = HEADER_BYTES;
  const file = openSync(path, "w");
  const put = (block: Buffer): void => {
    offsets.push(end);
    end += writeSync(file, block, 0, block.length, end);
  };
  try {
    put(metadata);
    const pixels = new Uint16Array(BLOCK_LINES * WIDTH);
    for (let block = 0; block < blocks; block++) {
      for (let at = 0; at < pixels.length; at++) {
        pixels[at] = (at * 7919 + block * 131) & 0xf_ff;
      }
      put(frame);
      put(uidBlock(`t001_0_1_${id}_${block}`));
      put(blockOf(4, Buffer.from(pixels.buffer)));
    }
    const index = Buffer.alloc(4 + offsets.length * 8, 0xff);
    for (const [at, offset] of offsets.entries()) {
      index.writeBigUInt64LE(BigInt(offset), 4 + at * 8);
    }
    header.writeBigUInt64LE(BigInt(end + index.length), 32);
    header.writeBigUInt64LE(BigInt(end), 40);
    writeSync(file, index, 0, index.length, end);
    writeSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  return blocks * blockBytes;
}
