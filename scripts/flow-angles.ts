// Sines and tangents of a quarter-degree grid, each the double nearest to the true value.

/** Fractional bits of the integers that stand for real numbers. */
const BITS = 320n;
const ONE = 1n << BITS;
/** No double that is less than this many last places from the middle of two doubles is rounded: the script fails. */
const SAFE_BITS = 200n;
const QUARTERS = 360;
const MOST_COLUMNS = 110;

export interface AngleTables {
  /** sin of 0, 0.25 … 90°. */
  readonly sine: readonly number[];
  /** tan of 0, 0.25 … 89.75°. */
  readonly tangent: readonly number[];
}

/**
 * Computes the tables with integers alone, so that the result is the same everywhere.
 *
 * @throws {Error} if a value is so near the middle of two doubles that its rounding is not certain
 */
export function angleTables(): AngleTables {
  const pi = 4n * (4n * arctangentOfInverse(5n) - arctangentOfInverse(239n));
  const sines = Array.from({ length: QUARTERS + 1 }, (_, index) => sineOf((pi * BigInt(index)) / 720n));
  const sineAt = (index: number): bigint => sines[index] ?? 0n;
  return {
    sine: [...sines.slice(0, QUARTERS).map((value) => nearestDouble(value)), 1],
    tangent: Array.from({ length: QUARTERS }, (_, index) =>
      nearestDouble((sineAt(index) << BITS) / sineAt(QUARTERS - index)),
    ),
  };
}

/** The source text of the tables. */
export function angleTablesText({ sine, tangent }: AngleTables): string {
  return `// Sines and tangents of a quarter-degree grid. \`scripts/make-flow-angles.ts\` writes this file.

/** sin of 0, 0.25 … 90°, each the nearest double. */
export const SINE_OF_QUARTERS: Float64Array = numbersOf(\`
${linesOf(sine)}
\`);

/** tan of 0, 0.25 … 89.75°, each the nearest double. */
export const TANGENT_OF_QUARTERS: Float64Array = numbersOf(\`
${linesOf(tangent)}
\`);

function numbersOf(text: string): Float64Array {
  return Float64Array.from(text.trim().split(/\\s+/), Number);
}
`;
}

/** Numbers in lines, which no formatter breaks anew. */
function linesOf(values: readonly number[]): string {
  const lines: string[] = [];
  let line = "";
  for (const value of values) {
    const more = line === "" ? `${value}` : `${line} ${value}`;
    if (more.length > MOST_COLUMNS) {
      lines.push(line);
      line = `${value}`;
    } else {
      line = more;
    }
  }
  return [...lines, line].join("\n");
}

/** arctan(1/n), by its series. */
function arctangentOfInverse(n: bigint): bigint {
  let power = ONE / n;
  let sum = power;
  for (let k = 3n, sign = -1n; power !== 0n; k += 2n, sign = -sign) {
    power /= n * n;
    sum += (sign * power) / k;
  }
  return sum;
}

/** The sine of an angle from 0 to π/2, by its series. */
function sineOf(angle: bigint): bigint {
  const square = (angle * angle) >> BITS;
  let term = angle;
  let sum = angle;
  for (let k = 2n; term !== 0n; k += 2n) {
    term = -((term * square) >> BITS) / (k * (k + 1n));
    sum += term;
  }
  return sum;
}

function nearestDouble(value: bigint): number {
  const extra = value.toString(2).length - 53;
  if (value !== 0n && extra > 0) {
    const unit = 1n << BigInt(extra);
    const rest = value % unit;
    const fromMiddle = rest > unit / 2n ? rest - unit / 2n : unit / 2n - rest;
    if (fromMiddle >> (BigInt(extra) > SAFE_BITS ? BigInt(extra) - SAFE_BITS : 0n) === 0n) {
      throw new Error(`the rounding of ${value} is not certain`);
    }
  }
  return Number(value) / 2 ** Number(BITS);
}
