// Shows on stderr how far a long job is.

import { printable, printableJson } from "../screen/printable.ts";
import type { Terminal } from "./terminal.ts";
import { shorten } from "./text-table.ts";

export type ProgressStyle = "auto" | "json" | "none";

/** One bar for the whole job. */
export interface Progress {
  /** Says, once, that a job is long and has begun, before its items are counted. */
  readonly begin: (what: string) => void;
  /** @param done number of finished items, out of `total`; `item` is the last of them */
  readonly update: (done: number, total: number, item: string) => void;
  readonly end: () => void;
}

const BAR_CELLS = 24;
/** The bar takes no more of a line, so that a file name has room beside it. */
const BAR_SHARE = 1 / 6;
/** A rate of fewer items than this says more about the start than about the job. */
const SETTLED_ITEMS = 10;
const LINE_EVERY_MS = 5_000;
const REDRAW_EVERY_MS = 80;

/** A bar on a terminal, a line every 5 s in a pipe, and with `json` one object per item, for programs. */
export function startProgress(
  terminal: Terminal,
  verb: string,
  style: ProgressStyle,
  nowMs: () => number = () => performance.now(),
): Progress {
  if (style === "none") {
    return { begin: () => undefined, update: () => undefined, end: () => undefined };
  }
  const step = terminal.step === undefined ? {} : { step: terminal.step };
  if (style === "json") {
    return {
      begin: () => undefined,
      update: (done, total, item) =>
        terminal.err(`${printableJson(JSON.stringify({ progress: verb, ...step, done, total, item }))}\n`),
      end: () => undefined,
    };
  }
  const startedMs = nowMs();
  const timeLeft = timeLeftMeter(startedMs);
  let shownMs = terminal.errMoves ? Number.NEGATIVE_INFINITY : startedMs;
  let hasBegun = false;
  return {
    begin: (what) => {
      if (!hasBegun) {
        hasBegun = true;
        const line = shorten(printable(what), terminal.width - 1);
        terminal.err(terminal.errMoves ? `\r\u001b[2K${line}` : `${line}\n`);
      }
    },
    update: (done, total, item) => {
      const now = nowMs();
      const everyMs = terminal.errMoves ? REDRAW_EVERY_MS : LINE_EVERY_MS;
      if (now - shownMs < everyMs && done < total) {
        return;
      }
      shownMs = now;
      const first = terminal.step === undefined ? "" : `${terminal.step} · `;
      const status = `${first}${verb} ${done} of ${total} · ${timeLeft(done, total, now)}`;
      if (terminal.errMoves) {
        const cells = Math.min(BAR_CELLS, Math.floor(terminal.width * BAR_SHARE));
        const filled = Math.round((cells * done) / Math.max(1, total));
        const bar = "█".repeat(filled) + "░".repeat(cells - filled);
        const line = shorten(`${bar} ${status}`, terminal.width - 1);
        const room = terminal.width - 1 - line.length - SEPARATOR.length;
        const named = room < 2 ? "" : `${SEPARATOR}${shorten(printable(item), room, "path")}`;
        terminal.err(`\r\u001b[2K${line}${named}`);
      } else if (now - startedMs >= LINE_EVERY_MS) {
        terminal.err(`${status} · ${printable(item)}\n`);
      }
    },
    end: () => {
      if (terminal.errMoves) {
        terminal.err("\r\u001b[2K");
      }
    },
  };
}

const SEPARATOR = " · ";

/**
 * Words the rate and the time that is left. The rate is that of the second half of the time so far, because the first
 * files of a job are slow. No time is said until enough items are done to tell.
 */
function timeLeftMeter(startedMs: number): (done: number, total: number, now: number) => string {
  let samples: readonly { readonly ms: number; readonly done: number }[] = [{ ms: startedMs, done: 0 }];
  return (done, total, now) => {
    if (done === 0 || now <= startedMs) {
      return "starting";
    }
    const halfway = startedMs + (now - startedMs) / 2;
    const recent = samples.findLastIndex(({ ms }) => ms <= halfway);
    samples = [...samples.slice(Math.max(0, recent)), { ms: now, done }];
    const from = samples[0] ?? { ms: startedMs, done: 0 };
    const perSecond = ((done - from.done) * 1000) / (now - from.ms);
    const rate = `${perSecond.toFixed(perSecond < 10 ? 1 : 0)}/s`;
    const isSettled = done >= Math.min(SETTLED_ITEMS, total / 3) && perSecond > 0;
    return isSettled ? `${rate} · ${durationText(Math.ceil((total - done) / perSecond))} left` : rate;
  };
}

function durationText(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return seconds < 60
    ? `${seconds} s`
    : minutes < 60
      ? `${minutes} min`
      : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
