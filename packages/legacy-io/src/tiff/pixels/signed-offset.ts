// Restores the int16 values that ImageJ stores as uint16.

/**
 * Turns uint16 values that are 32 768 too high into int16, in place and without loss. The bytes are in the machine's byte
 * order and begin at a multiple of 2.
 */
export function undoSignedOffset({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): void {
  const words = new Uint16Array(buffer, byteOffset, byteLength / 2);
  for (let index = 0; index < words.length; index++) {
    // Subtracting 32 768 from a 16-bit number flips its highest bit.
    words[index] = (words[index] ?? 0) ^ 0x8000;
  }
}
