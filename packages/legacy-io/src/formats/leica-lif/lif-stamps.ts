// Reads the time stamps of a LIF, and decides what they say of lines.

const TICKS_PER_S = 1e7;
const TICKS_PER_MS = 10_000n;
/** 1 January 1970 in steps of 100 ns since 1601. */
const EPOCH_TICKS = 116_444_736_000_000_000n;
/** The year 10 000. */
const LAST_TICKS = 2_650_467_744_000_000_000n;
const HEX = /^[0-9a-fA-F]{1,16}$/;

/** The stamps of a `TimeStampList`, or why they cannot be read. */
export interface LifStamps {
  readonly stamps: readonly bigint[];
  readonly problem: string | undefined;
}

/** Reads hexadecimal numbers apart by spaces (LAS 3.1 and later), or elements with the two halves of a number. */
export function lifStamps(text: string, elements: readonly Readonly<Record<string, string>>[]): LifStamps {
  const words =
    elements.length > 0
      ? elements.map(({ HighInteger, LowInteger }) => hexOf(HighInteger, LowInteger))
      : text.trim() === ""
        ? []
        : text.trim().split(/\s+/);
  const wrong = words.find((word) => !HEX.test(word));
  return wrong === undefined
    ? { stamps: words.map((word) => BigInt(`0x${word}`)), problem: undefined }
    : { stamps: [], problem: `a time stamp is ${JSON.stringify(wrong.slice(0, 40))}: none is used` };
}

function hexOf(high = "", low = ""): string {
  const [upper, lower] = [Number(high), Number(low)];
  const isFine = [upper, lower].every((half) => Number.isInteger(half) && half >= 0 && half < 2 ** 32);
  return isFine ? upper.toString(16) + lower.toString(16).padStart(8, "0") : `${high} ${low}`;
}

/** A FILETIME as ISO 8601 in UTC, to 100 ns; undefined if it does not lie between 1970 and 9999. */
export function textOfFileTime(ticks: bigint): string | undefined {
  if (ticks <= EPOCH_TICKS || ticks >= LAST_TICKS) {
    return undefined;
  }
  const sinceEpoch = ticks - EPOCH_TICKS;
  const rest = (sinceEpoch % TICKS_PER_MS).toString().padStart(4, "0");
  const text = new Date(Number(sinceEpoch / TICKS_PER_MS)).toISOString();
  return `${text.slice(0, -1)}${rest}Z`;
}

/**
 * Seconds per line by stamps of `lines` lines, each for one or for all of `channels` channels: the time from the first line to the
 * last by the number of steps, because stamps are cut to milliseconds. Undefined if they count something else, or do not move.
 */
export function secondsPerLineOfStamps(
  stamps: readonly bigint[],
  lines: number,
  channels: number,
): number | undefined {
  if (lines < 2 || (stamps.length !== lines && stamps.length !== lines * channels)) {
    return undefined;
  }
  let [first, last] = [stamps[0] ?? 0n, stamps[0] ?? 0n];
  for (const stamp of stamps) {
    first = stamp < first ? stamp : first;
    last = stamp > last ? stamp : last;
  }
  const isTime = textOfFileTime(first) !== undefined && textOfFileTime(last) !== undefined;
  return isTime && last > first ? Number(last - first) / TICKS_PER_S / (lines - 1) : undefined;
}
