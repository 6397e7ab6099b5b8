// Undoes the byte and bit shuffles of Blosc.

/**
 * Undoes the byte shuffle: it stores the first bytes of all elements, then the second bytes, and so on. Bytes after the
 * last whole element stay in place.
 */
export function unshuffleBytes(shuffled: Uint8Array, typeSize: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(shuffled);
  const count = Math.floor(shuffled.length / typeSize);
  for (let j = 0; j < typeSize; j += 1) {
    for (let i = 0; i < count; i += 1) {
      bytes[i * typeSize + j] = shuffled[j * count + i] ?? 0;
    }
  }
  return bytes;
}

/**
 * Undoes the bit shuffle: it stores the first bits of all elements, then the second bits, and so on. Blosc does not
 * shuffle a block whose number of elements is not a multiple of eight.
 */
export function unshuffleBits(shuffled: Uint8Array, typeSize: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(shuffled);
  const count = Math.floor(shuffled.length / typeSize);
  if (count % 8 !== 0) {
    return bytes;
  }
  const rowBytes = count / 8;
  const at = (row: number, group: number): number => shuffled[row * rowBytes + group] ?? 0;
  for (let j = 0; j < typeSize; j += 1) {
    const row = 8 * j;
    for (let group = 0; group < rowBytes; group += 1) {
      // Transpose a matrix of 8 × 8 bits. Source: Warren, “Hacker's Delight”, §7–3.
      let low =
        at(row, group) | (at(row + 1, group) << 8) | (at(row + 2, group) << 16) | (at(row + 3, group) << 24);
      let high =
        at(row + 4, group) |
        (at(row + 5, group) << 8) |
        (at(row + 6, group) << 16) |
        (at(row + 7, group) << 24);
      low = swapBits(swapBits(low, 7, 0x00aa00aa), 14, 0x0000cccc);
      high = swapBits(swapBits(high, 7, 0x00aa00aa), 14, 0x0000cccc);
      const swapped = (low ^ (high << 4)) & 0xf0f0f0f0;
      low ^= swapped;
      high ^= swapped >>> 4;
      const first = group * 8 * typeSize + j;
      for (let i = 0; i < 4; i += 1) {
        bytes[first + i * typeSize] = low >>> (8 * i);
        bytes[first + (i + 4) * typeSize] = high >>> (8 * i);
      }
    }
  }
  return bytes;
}

/** Swaps the bits in `mask` with the bits `distance` above them. */
function swapBits(word: number, distance: number, mask: number): number {
  const swapped = (word ^ (word >>> distance)) & mask;
  return word ^ swapped ^ (swapped << distance);
}
