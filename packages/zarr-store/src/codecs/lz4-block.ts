// Decodes LZ4 blocks, which Blosc and the `lz4` codec of Zarr v2 hold.

const MIN_MATCH = 4;

/**
 * Decodes an LZ4 block into exactly `sizeBytes`.
 *
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 * @throws {Error} if the block is damaged or decodes to another size.
 */
export function decodeLz4Block(block: Uint8Array, sizeBytes: number): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(sizeBytes);
  let from = 0;
  let to = 0;
  const readLength = (nibble: number): number => {
    let length = nibble;
    let more = nibble === 15;
    while (more) {
      const byte = byteAt(block, from);
      from += 1;
      length += byte;
      more = byte === 255;
    }
    return length;
  };
  while (from < block.length) {
    const token = byteAt(block, from);
    from += 1;
    const literals = readLength(token >>> 4);
    if (from + literals > block.length || to + literals > sizeBytes) {
      throw new Error("an LZ4 block has more literals than bytes");
    }
    output.set(block.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from === block.length) {
      break;
    }
    const distance = byteAt(block, from) | (byteAt(block, from + 1) << 8);
    from += 2;
    to = copyMatch(output, to, distance, readLength(token & 15) + MIN_MATCH);
  }
  if (to !== sizeBytes) {
    throw new Error(`an LZ4 block decodes to ${to} bytes where ${sizeBytes} are expected`);
  }
  return output;
}

/** Copies `length` bytes from `distance` back and returns where they end. The copy may overlap its source. */
export function copyMatch(output: Uint8Array, to: number, distance: number, length: number): number {
  const from = to - distance;
  if (distance < 1 || from < 0 || to + length > output.length) {
    throw new Error(`a match of ${length} bytes from ${distance} back at byte ${to} of ${output.length}`);
  }
  if (distance >= length) {
    output.copyWithin(to, from, from + length);
    return to + length;
  }
  for (let i = 0; i < length; i += 1) {
    output[to + i] = output[from + i] ?? 0;
  }
  return to + length;
}

/** Reads the byte at a place. @throws {Error} if it lies beyond the end. */
export function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) {
    throw new Error(`the data end at byte ${bytes.length}`);
  }
  return byte;
}
