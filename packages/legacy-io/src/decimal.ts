const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;
const PLUS = 0x2b;
const HEAD_DIGITS = 15;
const MAX_DIGITS = 19;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
/** Powers of ten that a double holds exactly. */
const POWERS_OF_TEN: readonly number[] = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** 2^27 + 1 splits a double into two halves whose products are exact (Dekker 1971). */
const SPLITTER = 134217729;

/**
 * The double nearest to the decimal number in `bytes[start, stop)`: what `Number(text)` gives, without making the
 * text. Digits up to 2^53 over a power of ten up to 22 are one exact division (Clinger 1990); up to 19 digits are
 * divided in twice the precision of a double and rounded, unless that is too close to call. All else goes through
 * the text. NaN for what is no decimal number; hexadecimal digits, blanks and `Infinity`, which `Number` accepts,
 * are none.
 */
export function parseDecimal(bytes: Uint8Array, start: number, stop: number): number {
  const sign = bytes[start];
  const first = sign === MINUS || sign === PLUS ? start + 1 : start;
  let digits = 0;
  let point = stop;
  for (let at = first; at < stop; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) {
      digits = digits * 10 + digit;
    } else if (digit === POINT - ZERO && point === stop) {
      point = at;
    } else {
      return parseText(bytes, start, stop);
    }
  }
  const decimals = point === stop ? 0 : stop - point - 1;
  const power = POWERS_OF_TEN[decimals];
  const hasDigits = stop - first > (point === stop ? 0 : 1);
  if (!hasDigits || power === undefined) {
    return parseText(bytes, start, stop);
  }
  const value = digits <= Number.MAX_SAFE_INTEGER ? digits / power : divideLong(bytes, first, stop, power);
  return Number.isNaN(value) ? parseText(bytes, start, stop) : sign === MINUS ? -value : value;
}

/** Digits beyond 2^53 over a power of ten; NaN where twice the precision does not decide how to round. */
function divideLong(bytes: Uint8Array, first: number, stop: number, power: number): number {
  let head = 0;
  let tail = 0;
  let tailPower = 1;
  let count = 0;
  for (let at = first; at < stop; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit === POINT - ZERO) {
      continue;
    }
    if (count < HEAD_DIGITS) {
      head = head * 10 + digit;
      count += head === 0 ? 0 : 1;
    } else {
      tail = tail * 10 + digit;
      tailPower *= 10;
      count++;
    }
  }
  if (count > MAX_DIGITS) {
    return Number.NaN;
  }
  const product = head * tailPower;
  const rest = tail + productError(head, tailPower, product);
  const high = product + rest;
  const low = rest - (high - product);
  const quotient = high / power;
  const back = quotient * power;
  const correction = (high - back - productError(quotient, power, back) + low) / power;
  const value = quotient + correction;
  const error = correction - (value - quotient);
  return value + error * (1 + 1e-9) === value ? value : Number.NaN;
}

/** What `a * b` lost when it was rounded to `product`. */
function productError(a: number, b: number, product: number): number {
  const aSplit = a * SPLITTER;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = b * SPLITTER;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function parseText(bytes: Uint8Array, start: number, stop: number): number {
  let text = "";
  for (let at = start; at < stop; at++) {
    text += String.fromCharCode(bytes[at] ?? 0);
  }
  return DECIMAL.test(text) ? Number(text) : Number.NaN;
}
