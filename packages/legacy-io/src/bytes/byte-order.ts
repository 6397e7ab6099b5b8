/** Whether this machine has the low byte first, as nearly all do. */
export const IS_LITTLE_ENDIAN_MACHINE: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Reverses the bytes of every element, in place. `bytes` begins at a multiple of the element's size. */
export function swapInPlace(bytes: Uint8Array<ArrayBuffer>, itemBytes: 1 | 2 | 4 | 8): void {
  const { buffer, byteOffset, byteLength } = bytes;
  switch (itemBytes) {
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
      itemBytes satisfies never;
  }
}

function swap16(words: Uint16Array): void {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? 0;
    words[index] = (word << 8) | (word >>> 8);
  }
}

function swap32(words: Uint32Array): void {
  for (let index = 0; index < words.length; index++) {
    words[index] = reverse32(words[index] ?? 0);
  }
}

function swap64(halves: Uint32Array): void {
  for (let index = 0; index < halves.length; index += 2) {
    const first = halves[index] ?? 0;
    halves[index] = reverse32(halves[index + 1] ?? 0);
    halves[index + 1] = reverse32(first);
  }
}

function reverse32(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
