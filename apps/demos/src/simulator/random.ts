// Random numbers that are the same in every run, so that every run simulates the same folder.

/** A stream of random numbers. */
export interface Random {
  /** From a uniform distribution on [0, 1). */
  uniform(): number;
  /** From a normal distribution of mean 0 and standard deviation 1. */
  normal(): number;
}

/** Starts a stream. Equal texts give equal streams; different texts give independent ones. */
export function seededRandom(seed: string): Random {
  const next = sfc32(hashText(seed));
  let spare: number | undefined;
  const uniform = (): number => next() / 2 ** 32;
  return {
    uniform,
    normal: () => {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** FNV-1a, 32 bit. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}

/** Chris Doty-Humphrey's sfc32, from PractRand: 32 random bits per call. Skips the first, which are not random yet. */
function sfc32(seed: number): () => number {
  let a = seed | 0;
  let b = 0x9e3779b9 | 0;
  let c = 0x243f6a88 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round += 1) {
    next();
  }
  return next;
}
