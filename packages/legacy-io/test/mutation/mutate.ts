/** A repeatable source of numbers in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const TELLING_BYTES = [
  0, 1, 2, 3, 4, 5, 8, 10, 13, 0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x31, 0x39, 0x61, 0x20, 0x7f, 0x80, 0xfe, 0xff,
];

/** Sound bytes with one to four changes: a bit, a byte, a number, a piece left out, doubled or cut off. */
export function mutate(sound: Uint8Array, random: () => number): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(sound);
  const changes = 1 + Math.floor(random() * 4);
  for (let change = 0; change < changes; change++) {
    const at = Math.floor(random() * bytes.length);
    const length = 1 + Math.floor(random() * 8);
    const kind = random();
    if (kind < 0.35) {
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    } else if (kind < 0.8) {
      bytes[at] = TELLING_BYTES[Math.floor(random() * TELLING_BYTES.length)] ?? 0;
    } else if (kind < 0.88) {
      bytes.set(bytes.slice(at, at + length), Math.floor(random() * Math.max(1, bytes.length - length)));
    } else if (kind < 0.93) {
      bytes = joined(bytes.subarray(0, at), bytes.subarray(at + length));
    } else if (kind < 0.97) {
      bytes = joined(bytes.subarray(0, at + length), bytes.subarray(at));
    } else {
      bytes = bytes.slice(0, at);
    }
  }
  return bytes;
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
