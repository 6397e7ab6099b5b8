// Remembers what the caller of a watch was told, so that nothing is told twice.

import type { FolderScan, ScanNote } from "../../folder/bundle.ts";
import type { Seen } from "../../plan/decide-whole.ts";
import type { WatchEvent } from "./watch-options.ts";

/** What the caller was told about broken scans and entries, about delays, and about how many scans there are. */
export class AlreadyTold {
  readonly #settleMs: number;
  readonly #failures = new Map<string, string>();
  readonly #delays = new Map<"folder" | "dataset", string>();
  #unreadableSince: ReadonlyMap<string, number> = new Map();
  #status = "";

  /** An entry that cannot be read for less than `settleMs` may just be moving. */
  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** Leaves out failures that were told before. Numbers in a reason, such as a growing size, make it no other one. */
  *events(events: readonly WatchEvent[]): Generator<WatchEvent> {
    for (const event of events) {
      if (event.type === "ingested" || event.type === "updated") {
        this.#failures.delete(event.path);
      }
      if (event.type !== "failed" || this.#isNewFailure(event.path, event.reason)) {
        yield event;
      }
    }
  }

  /** Names the entries that a look could not read, such as a folder without permission. */
  *unreadable(entries: readonly ScanNote[], atMs: number): Generator<WatchEvent> {
    const before = this.#unreadableSince;
    this.#unreadableSince = new Map(entries.map(({ relPath }) => [relPath, before.get(relPath) ?? atMs]));
    for (const { relPath, reason } of entries) {
      const sinceMs = before.get(relPath);
      if (sinceMs !== undefined && atMs - sinceMs >= this.#settleMs && this.#isNewFailure(relPath, reason)) {
        yield { type: "failed", path: relPath, reason };
      }
    }
  }

  /** Tells why the watch cannot go on for now. An outcome without a delay means that it went on. */
  *delay(of: "folder" | "dataset", outcome: { readonly delay?: string } | object): Generator<WatchEvent> {
    if (!("delay" in outcome) || outcome.delay === undefined) {
      this.#delays.delete(of);
      return;
    }
    const text = withoutNumbers(outcome.delay);
    if (this.#delays.get(of) !== text) {
      this.#delays.set(of, text);
      yield { type: "delayed", reason: outcome.delay };
    }
  }

  /** Gives the counts of a look if they differ from those before. */
  *status({ due, waiting, broken }: Seen, { bundles, unreadable }: FolderScan): Generator<WatchEvent> {
    const counts = {
      scans: bundles.length + unreadable.length,
      waiting: waiting.length,
      due: due.length,
      broken: broken.length + unreadable.length,
    };
    const text = JSON.stringify(counts);
    if (text !== this.#status) {
      this.#status = text;
      yield { type: "status", ...counts };
    }
  }

  #isNewFailure(path: string, reason = ""): boolean {
    const text = withoutNumbers(reason);
    const isNew = this.#failures.get(path) !== text;
    this.#failures.set(path, text);
    return isNew;
  }
}

function withoutNumbers(text: string): string {
  return text.replaceAll(/\d+/g, "0");
}
