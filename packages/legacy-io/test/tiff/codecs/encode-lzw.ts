/** A plain LZW encoder by TIFF 6.0, §13. It clears its table when full, as writers do. */
export function encodeLzw(bytes: Uint8Array): Uint8Array {
  const bits: number[] = [];
  let width = 9;
  let table = new Map<string, number>();
  const emit = (code: number): void => {
    for (let bit = width - 1; bit >= 0; bit--) {
      bits.push((code >> bit) & 1);
    }
  };
  const reset = (): void => {
    emit(256);
    table = new Map(Array.from({ length: 256 }, (_, byte) => [String.fromCharCode(byte), byte]));
    width = 9;
  };
  reset();
  let free = 258;
  let known = "";
  const codeOf = (text: string): number => table.get(text) ?? -1;
  for (const byte of bytes) {
    const next = known + String.fromCharCode(byte);
    if (table.has(next)) {
      known = next;
      continue;
    }
    emit(codeOf(known));
    table.set(next, free++);
    if (free === 512 || free === 1024 || free === 2048) {
      width++;
    } else if (free === 4095) {
      reset();
      free = 258;
    }
    known = String.fromCharCode(byte);
  }
  if (known !== "") {
    emit(codeOf(known));
    free++;
    if (free === 512 || free === 1024 || free === 2048) {
      width++;
    }
  }
  emit(257);
  const packed = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [index, bit] of bits.entries()) {
    packed[index >> 3] = (packed[index >> 3] ?? 0) | (bit << (7 - (index & 7)));
  }
  return packed;
}
