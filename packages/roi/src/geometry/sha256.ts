/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes: FIPS 180-4, §4.2.2. */
const ROUND_CONSTANTS: Uint32Array = Uint32Array.from(firstPrimes(64), (prime) => fractionOfRoot(prime, 3));
/** The same of the square roots of the first 8: §5.3.3. */
const INITIAL: Uint32Array = Uint32Array.from(firstPrimes(8), (prime) => fractionOfRoot(prime, 2));

const BLOCK_BYTES = 64;

/**
 * The SHA-256 of a text's UTF-8 as 64 hexadecimal digits. For short texts where no other implementation is at hand in
 * every runtime, or only an asynchronous one. Source: FIPS 180-4, §6.2.
 */
export function sha256(text: string): string {
  const padded = pad(new TextEncoder().encode(text));
  const state = Uint32Array.from(INITIAL);
  for (let offset = 0; offset < padded.byteLength; offset += BLOCK_BYTES) {
    addBlock(state, new DataView(padded.buffer, offset, BLOCK_BYTES));
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}

/** A 1 bit, zeros, and the number of bits in 8 bytes, up to a whole number of blocks. */
function pad(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  return padded;
}

function addBlock(state: Uint32Array, block: DataView): void {
  const schedule = Uint32Array.from({ length: 64 }, (_, index) =>
    index < 16 ? block.getUint32(index * 4) : 0,
  );
  const word = (index: number): number => schedule[index] ?? 0;
  for (let index = 16; index < 64; index += 1) {
    const [early, late] = [word(index - 15), word(index - 2)];
    const mixedEarly = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const mixedLate = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    schedule[index] = mixedLate + word(index - 7) + mixedEarly + word(index - 16);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let index = 0; index < 64; index += 1) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const mixedE = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const mixedA = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const one = (h + mixedE + choice + (ROUND_CONSTANTS[index] ?? 0) + word(index)) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + mixedA + majority) | 0];
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) {
    state[index] = (state[index] ?? 0) + value;
  }
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** 32 bits behind the point of a prime's square or cube root, in integers: a rounded root may differ by runtime. */
function fractionOfRoot(prime: number, power: number): number {
  const scaled = BigInt(prime) << BigInt(32 * power);
  let root = 0n;
  for (let bit = 1n << 37n; bit > 0n; bit >>= 1n) {
    root += (root + bit) ** BigInt(power) <= scaled ? bit : 0n;
  }
  return Number(BigInt.asUintN(32, root));
}

function firstPrimes(count: number): readonly number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate += 1) {
    if (primes.every((prime) => candidate % prime !== 0)) {
      primes.push(candidate);
    }
  }
  return primes;
}
