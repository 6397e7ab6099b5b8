// Little and big endian: which one this machine uses, and how to convert between them.

/** The order in which the bytes of a number are stored. */
export type Endian = "little" | "big";

/** The byte order of this machine: `little` on nearly all. */
export const MACHINE_ENDIAN: Endian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? "little" : "big";

/** Copies elements of `itemSizeBytes` bytes each and reverses the bytes of every element. */
export function swapByteOrder(bytes: Uint8Array, itemSizeBytes: 1 | 2 | 4 | 8): Uint8Array<ArrayBuffer> {
  const swapped = new Uint8Array(bytes);
  swapInPlace(swapped, itemSizeBytes);
  return swapped;
}

/** Reverses the bytes of every element in place. `bytes` must begin at a multiple of the element size. */
export function swapInPlace(bytes: Uint8Array<ArrayBuffer>, itemSizeBytes: 1 | 2 | 4 | 8): void {
  const { buffer, byteOffset, byteLength } = bytes;
  switch (itemSizeBytes) {
    case 1:
      break;
    case 2:
      swap16(new Uint16Array(buffer, byteOffset, byteLength / 2));
      break;
    case 4:
      swap32(new Uint32Array(buffer, byteOffset, byteLength / 4));
      break;
    case 8:
      swap64(new Uint32Array(buffer, byteOffset, byteLength / 4));
      break;
    default:
      itemSizeBytes satisfies never;
  }
}

function swap16(words: Uint16Array): void {
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? 0;
    words[i] = (word << 8) | (word >>> 8);
  }
}

function swap32(words: Uint32Array): void {
  for (let i = 0; i < words.length; i += 1) {
    words[i] = reverse32(words[i] ?? 0);
  }
}

function swap64(halves: Uint32Array): void {
  for (let i = 0; i < halves.length; i += 2) {
    const first = halves[i] ?? 0;
    halves[i] = reverse32(halves[i + 1] ?? 0);
    halves[i + 1] = reverse32(first);
  }
}

function reverse32(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
