// The lists of an ingest or a refresh in few lines: one for all orphans, one for all files that moved together.

import type { IngestItem, UnrecognisedFiles } from "@kym/legacy-io/node";
import { counted, printable } from "../../terminal/text-table.ts";

/** Each item in a line of its own below a title. @param most how many are listed; the others are counted */
export function itemLines(
  title: string,
  items: readonly IngestItem[],
  most: number = Number.POSITIVE_INFINITY,
): readonly string[] {
  const shown = items.length <= most ? items : items.slice(0, most - 1);
  const more = items.length - shown.length;
  return items.length === 0
    ? []
    : [
        `${title}:`,
        ...shown.map(
          ({ path, reason }) => `  ${printable(path)}${reason === undefined ? "" : ` — ${reason}`}`,
        ),
        ...(more === 0 ? [] : [`  and ${more} more; -v lists them`]),
      ];
}

/** `12 analyses have no image: 20250722_A89_0007 … 0018 (36 files); -v lists them` */
export function orphansLine(orphans: readonly IngestItem[]): string {
  const stems = orphans.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)).sort();
  const files = orphans.reduce((sum, orphan) => sum + fileCount(orphan), 0);
  const what = orphans.length === 1 ? "1 analysis has" : `${orphans.length} analyses have`;
  return `${what} no image: ${printable(rangeOf(stems))} (${counted(files, "file")}); -v lists them`;
}

const NAMED_OF_KIND = 3;

/** `not understood: 12 files .oir: a.oir, b.oir, c.oir and 9 more; -v lists them`, a line for each kind. */
export function unrecognisedLines(
  kinds: readonly UnrecognisedFiles[],
  isVerbose: boolean,
): readonly string[] {
  return kinds.map(({ kind, count, paths }) => {
    const shown = isVerbose ? paths : paths.slice(0, NAMED_OF_KIND);
    const more = count - shown.length;
    const what =
      kind === "" ? `${counted(count, "file")} without an ending` : counted(count, `${printable(kind)} file`);
    const rest = more > 0 ? ` and ${more} more; -v lists them` : "";
    return `not understood, left alone: ${what}: ${shown.map(printable).join(", ")}${rest}`;
  });
}

/** The reason names the files of an orphan; each begins with its stem. */
function fileCount({ path, reason = "" }: IngestItem): number {
  const stem = path.slice(path.lastIndexOf("/") + 1).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return [...reason.matchAll(new RegExp(`[ /]${stem}[^/]*?(?=, |$)`, "g"))].length;
}

/** The first and the last of sorted names. What the last has in common with the first is not repeated. */
function rangeOf(names: readonly string[]): string {
  const [first = "", last = ""] = [names[0], names.at(-1)];
  if (names.length < 2) {
    return first;
  }
  let common = 0;
  while (common < first.length && first[common] === last[common]) {
    common++;
  }
  const from = /.*[_\-. ]/.exec(first.slice(0, common))?.[0].length ?? 0;
  return `${first}${names.length === 2 ? " and" : " …"} ${last.slice(from)}`;
}

/** Files that moved together, and all other items. */
export interface Moves {
  /** `600 moved from /old to /new` */
  readonly lines: readonly string[];
  readonly others: readonly IngestItem[];
}

const MOVED = /^moved from ([^;]+)$/;

/**
 * Finds the items that did nothing but move from one folder to another.
 *
 * @param folder where the files are now, as the user typed it
 */
export function movesOf(updated: readonly IngestItem[], folder: string): Moves {
  const placeOf = ({ path, reason }: IngestItem): string | undefined => {
    const [, old] = MOVED.exec(reason ?? "") ?? [];
    return old === undefined ? undefined : betweenFolders(old, path, folder);
  };
  const groups = Map.groupBy(updated, placeOf);
  const together = [...groups].flatMap(([place, items]) =>
    place === undefined || items.length < 2 ? [] : [{ place, items }],
  );
  const moved = new Set(together.flatMap(({ items }) => items));
  return {
    lines: together.map(({ place, items }) => `${items.length} moved ${printable(place)}`),
    others: updated.filter((item) => !moved.has(item)),
  };
}

/** `from /old to /new`; undefined for a file that got another name. */
function betweenFolders(old: string, path: string, folder: string): string | undefined {
  const [was, is] = [old.split(/[/\\]/), path.split("/")];
  if (was.at(-1) !== is.at(-1)) {
    return undefined;
  }
  while (was.length > 0 && is.length > 0 && was.at(-1) === is.at(-1)) {
    was.pop();
    is.pop();
  }
  const isAbsolute = /^([A-Za-z]:)?[/\\]/.test(old);
  const from = was.join("/") || (isAbsolute ? "/" : folder);
  return `from ${from} to ${[...(isAbsolute || is.length === 0 ? [folder] : []), ...is].join("/")}`;
}

const NAMED_IN_NOTE = 3;

/** Notes in one line for each reason. */
export function notesByReason(notes: readonly IngestItem[]): readonly string[] {
  return [...Map.groupBy(notes, ({ reason = "" }) => reason)].map(([reason, items]) => {
    const [first] = items;
    if (items.length === 1 && first !== undefined) {
      return `${printable(first.path)}: ${reason}`;
    }
    const names = items
      .slice(0, NAMED_IN_NOTE)
      .map(({ path }) => printable(path.slice(path.lastIndexOf("/") + 1)));
    const more = items.length - names.length;
    const rest = more > 0 ? ` and ${more} more; -v lists them` : "";
    return `${reason} (${items.length} files): ${names.join(", ")}${rest}`;
  });
}
