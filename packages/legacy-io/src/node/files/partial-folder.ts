// Names the folder in which an export is written, so that a later run can tell whether its process is gone.

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { nodeRuntime } from "@kym/zarr-store/node";
import { sha256Of } from "./sha256-of.ts";

/** Older builds wrote a UUID here, which says nothing of its process; what is new has the same form, so that they ignore it as well. */
const NAME = /^([0-9a-f]{8})-([0-9a-f]{8})-[0-9a-f]{18}$/;
const ANY_NAME = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const SECOND_NAME = "-old";
const DAY_MS = 24 * 60 * 60 * 1000;
/** A living export takes much less from one rename to the next. */
const RENAMING_MS = 60_000;

/** A folder that an export of a process that is gone has left beside its target. */
export interface PartialFolder {
  /** What it was writing; undefined if that is not there. */
  readonly written: string | undefined;
  /** What was at the target before; undefined if that is not there. */
  readonly replaced: string | undefined;
}

/** A new name beside the target: `<target>.partial-<place>-<process>-<anything>`. */
export function partialFolderFor(target: string): string {
  const { pid } = nodeRuntime().writer;
  return `${target}.partial-${placeHere()}-${pid.toString(16).padStart(8, "0")}-${crypto.randomUUID().replaceAll("-", "").slice(0, 18)}`;
}

/** Where the export keeps what it replaces, until it is in place. */
export function replacedFolderOf(partial: string): string {
  return partial + SECOND_NAME;
}

/**
 * Finds what exports to `target` of processes that are gone have left. Of a process that cannot be judged, because it ran on
 * another machine or before a restart, that is what nobody changed for a day, or for a minute if nothing is at the target.
 */
export async function findPartialFolders(target: string): Promise<readonly PartialFolder[]> {
  const prefix = `${basename(target)}.partial-`;
  const entries = await readdir(dirname(target)).catch((): readonly string[] => []);
  const names = entries.filter((name) => name.startsWith(prefix));
  const roots = new Set(
    names.map((name) => (name.endsWith(SECOND_NAME) ? name.slice(0, -SECOND_NAME.length) : name)),
  );
  const quietMs = entries.includes(basename(target)) ? DAY_MS : RENAMING_MS;
  const found: PartialFolder[] = [];
  for (const root of roots) {
    const own = [root, root + SECOND_NAME].filter((name) => names.includes(name));
    const paths = own.map((name) => join(dirname(target), name));
    if (await isGone(root.slice(prefix.length), paths, own.length === 2 ? quietMs : DAY_MS)) {
      const pathOf = (name: string): string | undefined =>
        own.includes(name) ? join(dirname(target), name) : undefined;
      found.push({ written: pathOf(root), replaced: pathOf(root + SECOND_NAME) });
    }
  }
  return found;
}

async function isGone(mark: string, paths: readonly string[], quietMs: number): Promise<boolean> {
  const [, place, pid] = NAME.exec(mark) ?? [];
  if (place === placeHere() && pid !== undefined) {
    const { writer, writerState } = nodeRuntime();
    return writerState({ ...writer, pid: Number.parseInt(pid, 16), started: "unknown" }) === "dead";
  }
  if (!ANY_NAME.test(mark)) {
    return false;
  }
  const changes = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  const newestMs = Math.max(...changes.map((stats) => stats?.ctimeMs ?? Number.POSITIVE_INFINITY));
  return Date.now() - newestMs > quietMs;
}

/** Host, boot and namespace of process ids in 8 hex digits: only where they are the same does an id say who is meant. */
function placeHere(): string {
  const { host, pidNamespace, started } = nodeRuntime().writer;
  const boot = started.includes("/") ? started.split("/")[0] : "";
  return sha256Of(new TextEncoder().encode([host, pidNamespace, boot].join("\n"))).slice(0, 8);
}
