// Shows on stderr how far a long job is.

import type { Terminal } from "./terminal.ts";

export type ProgressStyle = "auto" | "json" | "none";

/** One bar for the whole job. */
export interface Progress {
  /** @param done number of finished items, out of `total`; `item` is the last of them */
  readonly update: (done: number, total: number, item: string) => void;
  readonly end: () => void;
}

const BAR_CELLS = 24;
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
    return { update: () => undefined, end: () => undefined };
  }
  if (style === "json") {
    return {
      update: (done, total, item) =>
        terminal.err(`${JSON.stringify({ progress: verb, done, total, item })}\n`),
      end: () => undefined,
    };
  }
  const startedMs = nowMs();
  let shownMs = terminal.errMoves ? Number.NEGATIVE_INFINITY : startedMs;
  return {
    update: (done, total, item) => {
      const now = nowMs();
      const everyMs = terminal.errMoves ? REDRAW_EVERY_MS : LINE_EVERY_MS;
      if (now - shownMs < everyMs && done < total) {
        return;
      }
      shownMs = now;
      const status = `${verb} ${done} of ${total} · ${rateAndTimeLeft(done, total, now - startedMs)}`;
      if (terminal.errMoves) {
        const filled = Math.round((BAR_CELLS * done) / Math.max(1, total));
        const bar = "█".repeat(filled) + "░".repeat(BAR_CELLS - filled);
        terminal.err(`\r\u001b[2K${`${bar} ${status} · ${item}`.slice(0, terminal.width - 1)}`);
      } else if (now - startedMs >= LINE_EVERY_MS) {
        terminal.err(`${status} · ${item}\n`);
      }
    },
    end: () => {
      if (terminal.errMoves) {
        terminal.err("\r\u001b[2K");
      }
    },
  };
}

function rateAndTimeLeft(done: number, total: number, elapsedMs: number): string {
  if (done === 0 || elapsedMs <= 0) {
    return "starting";
  }
  const perSecond = (done * 1000) / elapsedMs;
  const secondsLeft = Math.ceil((total - done) / perSecond);
  const left =
    secondsLeft < 60 ? `${secondsLeft} s` : `${Math.floor(secondsLeft / 60)} min ${secondsLeft % 60} s`;
  return `${perSecond.toFixed(perSecond < 10 ? 1 : 0)}/s · ${left} left`;
}
