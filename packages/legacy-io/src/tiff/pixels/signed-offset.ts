/**
 * Makes int16 of the uint16 in which ImageJ holds them, 32 768 too high: in place, in the machine's byte order. `bytes`
 * begins at a multiple of 2. No value is lost.
 */
export function undoSignedOffset({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): void {
  const words = new Uint16Array(buffer, byteOffset, byteLength / 2);
  for (let index = 0; index < words.length; index++) {
    // Taking 32 768 away from 16 bits turns the highest of them over.
    words[index] = (words[index] ?? 0) ^ 0x8000;
  }
}
