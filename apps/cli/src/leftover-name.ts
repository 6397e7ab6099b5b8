// Names temporary files so that a later run can tell whether the process that made them is gone.

import { createHash } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { nodeRuntime } from "@kym/zarr-store/node";

const MARK = /^([0-9a-f]{12})-(\d{1,10})-/;

/** Host, boot and PID namespace in 12 hex digits: only where they are the same does a process id say who is meant. */
function placeOf({ host, pidNamespace = "", started }: ReturnType<typeof nodeRuntime>["writer"]): string {
  const boot = started.slice(0, Math.max(0, started.indexOf("/")));
  return createHash("sha256")
    .update(JSON.stringify([host, pidNamespace, boot]))
    .digest("hex")
    .slice(0, 12);
}

/** What stands after the prefix in the name of a temporary file of this process: `<place>-<pid>-`. */
export function ownMark(): string {
  const { writer } = nodeRuntime();
  return `${placeOf(writer)}-${writer.pid}-`;
}

/**
 * Removes what processes of this machine that are gone have left in a folder: entries named `<prefix><place>-<pid>-…`. What another
 * machine made, or a process that still runs, stays. A folder that cannot be listed is left as it is.
 */
export async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  const { writer, writerState } = nodeRuntime();
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, place, pid] = (name.startsWith(prefix) && MARK.exec(name.slice(prefix.length))) || [];
    const isOurs = place === placeOf(writer) && pid !== undefined;
    if (isOurs && writerState({ ...writer, pid: Number(pid), started: "unknown" }) === "dead") {
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}
