// The fast Fourier transform of a power of two, with sines by square roots alone, so that all runtimes give the same bits.

/** Complex numbers in two arrays. */
export interface ComplexArrays {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export class FastFourier {
  readonly size: number;
  /** cos and −sin of 2πk ÷ size, k from 0 to half of the size. */
  readonly #turns: ComplexArrays;

  /** @param size a power of two */
  constructor(size: number) {
    this.size = size;
    this.#turns = turnsOf(size);
  }

  /** Transforms in place. */
  forward({ re, im }: ComplexArrays): void {
    this.#reorder(re);
    this.#reorder(im);
    for (let half = 1; half < this.size; half *= 2) {
      const stride = this.size / (2 * half);
      for (let start = 0; start < this.size; start += 2 * half) {
        for (let k = 0; k < half; k += 1) {
          this.#butterfly(re, im, start + k, start + k + half, k * stride);
        }
      }
    }
  }

  /** Transforms back in place. */
  inverse({ re, im }: ComplexArrays): void {
    this.forward({ re: im, im: re });
    for (let index = 0; index < this.size; index += 1) {
      re[index] = (re[index] ?? 0) / this.size;
      im[index] = (im[index] ?? 0) / this.size;
    }
  }

  #butterfly(re: Float64Array, im: Float64Array, one: number, other: number, turn: number): void {
    const cosine = this.#turns.re[turn] ?? 0;
    const sine = this.#turns.im[turn] ?? 0;
    const [a, b] = [re[other] ?? 0, im[other] ?? 0];
    const turnedRe = a * cosine - b * sine;
    const turnedIm = a * sine + b * cosine;
    const [c, d] = [re[one] ?? 0, im[one] ?? 0];
    re[one] = c + turnedRe;
    im[one] = d + turnedIm;
    re[other] = c - turnedRe;
    im[other] = d - turnedIm;
  }

  /** Swaps each place with the one whose bits are reversed. */
  #reorder(values: Float64Array): void {
    for (let index = 1, reversed = 0; index < this.size; index += 1) {
      let bit = this.size >> 1;
      for (; (reversed & bit) !== 0; bit >>= 1) {
        reversed ^= bit;
      }
      reversed |= bit;
      if (index < reversed) {
        const value = values[index] ?? 0;
        values[index] = values[reversed] ?? 0;
        values[reversed] = value;
      }
    }
  }
}

/** By halving angles: cos(a/2) = √((1 + cos a) ÷ 2), and products of what is known. */
function turnsOf(size: number): ComplexArrays {
  const half = Math.max(1, size / 2);
  const re = new Float64Array(half + 1);
  const im = new Float64Array(half + 1);
  re[0] = 1;
  re[half] = -1;
  for (let step = half / 2; step >= 1; step /= 2) {
    // The first of each step by halving the double angle, the others by adding angles.
    const cosine = Math.sqrt((1 + (re[2 * step] ?? 0)) / 2);
    re[step] = cosine;
    im[step] = 2 * step === half ? -1 : (im[2 * step] ?? 0) / (2 * cosine);
    for (let index = 3 * step; index < half; index += 2 * step) {
      const [a, b] = [re[index - step] ?? 0, im[index - step] ?? 0];
      const [c, d] = [re[step] ?? 0, im[step] ?? 0];
      re[index] = a * c - b * d;
      im[index] = a * d + b * c;
    }
  }
  return { re, im };
}
