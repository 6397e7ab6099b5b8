const ZERO = 0x30;
const MAX_EXACT_INTEGER = Number.MAX_SAFE_INTEGER;
/** Powers of ten that a double holds exactly. */
const POWERS_OF_TEN: readonly number[] = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * The double nearest to the decimal number in `bytes[start, stop)`, as `Number(text)` gives it, without making
 * the text: digits up to 2^53 and a power of ten up to 22 are exact doubles, and one division rounds once
 * (Clinger 1990). What does not fit goes through the text. NaN for what is no decimal number; hexadecimal digits,
 * blanks and `Infinity`, which `Number` accepts, are none.
 */
export function parseDecimal(bytes: Uint8Array, start: number, stop: number): number {
  const sign = bytes[start];
  let at = sign === 0x2d || sign === 0x2b ? start + 1 : start;
  let digits = 0;
  let decimals = 0;
  let point = 0;
  const first = at;
  for (; at < stop; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) {
      digits = digits * 10 + digit;
      decimals += point;
    } else if (digit === -2 && point === 0) {
      point = 1;
    } else {
      return parseText(bytes, start, stop);
    }
  }
  const power = POWERS_OF_TEN[decimals];
  if (stop - first === point || digits > MAX_EXACT_INTEGER || power === undefined) {
    return parseText(bytes, start, stop);
  }
  const value = digits / power;
  return sign === 0x2d ? -value : value;
}

function parseText(bytes: Uint8Array, start: number, stop: number): number {
  let text = "";
  for (let at = start; at < stop; at++) {
    text += String.fromCharCode(bytes[at] ?? 0);
  }
  return DECIMAL.test(text) ? Number(text) : Number.NaN;
}
