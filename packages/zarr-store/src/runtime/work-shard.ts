// Divides work between processes: each takes the names whose hash is of its part.

/** One of several parts of some work. */
export interface WorkShard {
  /** Which part: 0 or more, and less than `count`. */
  readonly index: number;
  /** How many parts there are, at least 1. */
  readonly count: number;
}

/** More parts than any scheduler gives an array. */
export const MOST_SHARDS = 1_000_000;

/** 48 bits: a whole number that a float holds. */
const HEX_DIGITS = 12;

/**
 * Whether a name is of this part. Each name is of exactly one: its hash, as a number, modulo the count.
 *
 * @param sha256 the hash of the name, in hexadecimal
 */
export function isOfShard({ index, count }: WorkShard, sha256: string): boolean {
  return Number.parseInt(sha256.slice(0, HEX_DIGITS), 16) % count === index;
}

/** Says what is wrong with a part; undefined if nothing is. */
export function shardFault({ index, count }: WorkShard): string | undefined {
  if (!Number.isInteger(count) || count < 1 || count > MOST_SHARDS) {
    return `a shard is one of 1 to ${MOST_SHARDS} parts, not of ${count}`;
  }
  return Number.isInteger(index) && index >= 0 && index < count
    ? undefined
    : `the shards of ${count} are counted from 0 to ${count - 1}: there is no shard ${index}`;
}
