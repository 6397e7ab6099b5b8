// What `kym watch` shows while it runs: a line for each event, and how many scans wait.

import type { WatchEvent } from "@kym/legacy-io/node";
import type { CommandContext } from "../../arguments/command.ts";
import { textWidth } from "../../screen/text-width.ts";
import { counted, printable } from "../../terminal/text-table.ts";

/** Numbers of scans since the start. `scans`, `waiting` and `broken` are those of the last look. */
export interface WatchCounts {
  readonly scans: number;
  readonly waiting: number;
  readonly broken: number;
  readonly ingested: number;
  readonly updated: number;
}

export interface WatchLog {
  readonly show: (event: WatchEvent) => void;
  /** Clears the status from the terminal. */
  readonly end: () => void;
  /** Prints the summary for people after the user stopped the command. */
  readonly stopped: () => void;
  readonly summary: () => { readonly counts: WatchCounts; readonly text: string };
}

type Shown = Pick<CommandContext, "terminal" | "progress" | "options">;

/** `nowIso` gives the time in UTC. */
export function watchLog(
  { terminal, progress, options }: Shown,
  { folder, dryRun }: { readonly folder: string; readonly dryRun: boolean },
  nowIso: () => string = () => new Date().toISOString(),
): WatchLog {
  const isJson = options["json"] === true;
  const hasStatus = terminal.errMoves && progress === "auto" && !isJson;
  let due = 0;
  let counts: WatchCounts = { scans: 0, waiting: 0, broken: 0, ingested: 0, updated: 0 };
  const clear = (): void => {
    if (hasStatus) {
      terminal.err("\r\u001b[2K");
    }
  };
  const redraw = (): void => {
    if (hasStatus) {
      const { scans, waiting, broken } = counts;
      const status = [
        `watching ${printable(folder)}`,
        counted(scans, "scan"),
        ...(waiting === 0 ? [] : [`${waiting} changing`]),
        ...(due === 0 ? [] : [`${due} to read`]),
        ...(broken === 0 ? [] : [`${broken} broken`]),
        "Ctrl-C ends",
      ].join(" · ");
      terminal.err(`\r\u001b[2K${status.slice(0, terminal.width - 1)}`);
    }
  };
  return {
    show: (event) => {
      counts = countsAfter(counts, event);
      due = event.type === "status" ? event.due : due;
      const { type, ...more } = event;
      const line = JSON.stringify({ kind: "watch", schemaVersion: 1, time: nowIso(), event: type, ...more });
      if (progress === "json") {
        terminal.err(`${line}\n`);
      }
      clear();
      if (isJson) {
        terminal.out(`${line}\n`);
      } else {
        const text = textOf(event, dryRun);
        if (text !== undefined) {
          const stamped = `${nowIso().slice(0, 19)}Z  ${text}`;
          terminal.out(`${terminal.outIsTty ? wrapped(stamped, terminal.width) : stamped}\n`);
        }
      }
      redraw();
    },
    end: clear,
    stopped: () => {
      clear();
      if (!isJson) {
        terminal.out(summaryOf(counts, dryRun));
      }
    },
    summary: () => ({ counts, text: summaryOf(counts, dryRun) }),
  };
}

function countsAfter(counts: WatchCounts, event: WatchEvent): WatchCounts {
  switch (event.type) {
    case "status":
      return { ...counts, scans: event.scans, waiting: event.waiting, broken: event.broken };
    case "ingested":
      return { ...counts, ingested: counts.ingested + 1 };
    case "updated":
      return { ...counts, updated: counts.updated + 1 };
    default:
      return counts;
  }
}

const LABEL_WIDTH = 12;

/** The line for people; undefined for an event that the status or its neighbours say. */
function textOf(event: WatchEvent, dryRun: boolean): string | undefined {
  switch (event.type) {
    case "status":
    case "committed":
      return undefined;
    case "delayed":
      return `${"waiting".padEnd(LABEL_WIDTH)}  ${printable(event.reason)}`;
    case "ingested":
    case "updated": {
      const would = event.type === "ingested" ? "would ingest" : "would update";
      return lineOf(dryRun ? would : event.type, event);
    }
    default:
      return lineOf(event.type, event);
  }
}

const INDENT = "    ";

/** Breaks a line between words. A word that is too long for a line gets one of its own. */
function wrapped(text: string, width: number): string {
  const lines = [""];
  for (const word of text.split(/(?<= )(?! )/)) {
    const line = lines.at(-1) ?? "";
    if (line.trim() === "" || textWidth((line + word).trimEnd()) <= width) {
      lines[lines.length - 1] = line + word;
    } else {
      lines.push(INDENT + word);
    }
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

function lineOf(
  label: string,
  { path, reason }: { readonly path: string; readonly reason?: string },
): string {
  return `${label.padEnd(LABEL_WIDTH)}  ${printable(path)}${reason === undefined ? "" : ` — ${printable(reason)}`}`;
}

function summaryOf({ scans, waiting, broken, ingested, updated }: WatchCounts, dryRun: boolean): string {
  const whole = scans - waiting - broken;
  const headline = [
    `${dryRun ? "would load" : "loaded"} ${Math.max(0, whole)} of ${scans}`,
    ...(waiting === 0 ? [] : [`${waiting} not whole`]),
    ...(broken === 0 ? [] : [`${broken} failed`]),
  ].join(" · ");
  return `${headline}\n${ingested} new, ${updated} updated\n`;
}
