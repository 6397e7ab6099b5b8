// A `kym watch` in a process of its own, whose events a test waits for.
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { KYM, processEnvironment } from "../../support/kym-process.ts";

/** One line of `kym watch --json`: an event, or at the end what every command prints. */
export interface WatchLine {
  readonly event?: string;
  readonly path?: string;
  readonly imageId?: string;
  readonly reason?: string;
  readonly ok?: boolean;
  readonly error?: string;
  readonly data?: unknown;
}

export interface WatchProcess {
  readonly lines: readonly WatchLine[];
  /** Resolves when `isReached` is true of the lines so far. Fails if the process ends before. */
  readonly until: (isReached: (lines: readonly WatchLine[]) => boolean) => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Interrupts the watch once it has said nothing for longer than it takes to settle and commit. Resolves as `ended`. */
  readonly endAtRest: () => WatchProcess["ended"];
  /** The exit code and the signal, once all output was read. */
  readonly ended: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>;
  readonly stderr: () => string;
}

/** Longer than the watch's times to settle and to commit, and a look. */
const REST_MS = 2_000;

/** Starts `kym watch … --json` in a folder. It settles and commits quickly. */
export function startWatch(cwd: string, args: readonly string[]): WatchProcess {
  const quick = ["--settle", "1", "--commit-every", "0.3", "--json"];
  const child = spawn(process.execPath, [...KYM, "watch", ...args, ...quick], {
    cwd,
    env: processEnvironment({ cwd }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: WatchLine[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const check of waiting) {
      check();
    }
  };
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(JSON.parse(line));
    wake();
  });
  let hasEnded = false;
  const ended = once(child, "close").then(([code, signal]) => {
    hasEnded = true;
    wake();
    return [code, signal] as const;
  });
  return {
    lines,
    until: (isReached) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (isReached(lines)) {
            waiting.delete(check);
            resolve();
          } else if (hasEnded) {
            reject(new Error(`the watch ended: ${JSON.stringify(lines.slice(-3))} ${stderr}`));
          }
        };
        waiting.add(check);
        check();
      }),
    kill: (signal) => child.kill(signal),
    endAtRest: async () => {
      for (let said = -1; said < lines.length; ) {
        said = lines.length;
        await sleep(REST_MS);
      }
      child.kill("SIGINT");
      return ended;
    },
    ended,
    stderr: () => stderr,
  };
}

/** The events of one scan: `ingested`, `updated`. */
export function eventsOf(lines: readonly WatchLine[], path: string): readonly string[] {
  return lines.flatMap((line) => (line.path === path && line.event !== undefined ? [line.event] : []));
}
