import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { checkLocalDataset } from "../../../src/node/index.ts";
import { localStore } from "../../../src/node/local/local-store.ts";
import { runBounded } from "../../../src/runtime/run-bounded.ts";
import { auditStore } from "../../support/audit-store.ts";
import { readDataset } from "../../support/read-dataset.ts";
import { bundledWorker } from "./bundled-worker.ts";
import { type CallCase, openFolder } from "./call-cases.ts";
import type { KillShim } from "./kill-shim.ts";

export interface KillAtCalls {
  readonly shim: KillShim;
  /** Where the datasets lie while processes write to them. */
  readonly folder: string;
  /** Without links, `link` fails with EPERM, by the file system itself or by the library. */
  readonly hasLinks: boolean;
  /** Kills at every so manieth call. Default 1: at each. */
  readonly every?: number;
  /** The step of the file system's times, if it is coarse: what was written within one step is not older than now. */
  readonly clockStepMs?: number;
}

export interface KillAtCallsTally {
  readonly calls: number;
  readonly killed: number;
  /** Of the killed ones: they left what was there before, or what they wrote. */
  readonly before: number;
  readonly after: number;
  /** They seemed to have left what was there before, and the next writer finished what they had written. */
  readonly finished: number;
}

type Objects = Readonly<Record<string, string>>;

const WORKER = fileURLToPath(new URL("call-worker.ts", import.meta.url));
const AT_ONCE = 2;
const NEXT = "next";

/**
 * Lets a process do a case again and again, each time killed before its next call that changes a file or flushes one. After each
 * death a reader sees what was there before or after, whole; the next writer goes on at once; `check` finds nothing, and nothing
 * is left behind.
 */
export async function killAtCalls(callCase: CallCase, options: KillAtCalls): Promise<KillAtCallsTally> {
  const { shim, hasLinks, every = 1, clockStepMs } = options;
  const folder = await mkdtemp(join(options.folder, "kym-calls-"));
  try {
    const prepared = join(folder, "prepared");
    await callCase.prepare(prepared, { hasLinks });
    const before = await contentsOf(prepared);
    const whole = join(folder, "whole");
    await copyIfThere(prepared, whole);
    const countTo = join(folder, "count");
    const alive = await runCase(whole, callCase, shim.environment({ folder: whole, hasLinks, countTo }));
    expect(alive, alive.stderr).toMatchObject({ signal: null, exitCode: 0, isAcknowledged: true });
    const after = await contentsOf(whole);
    const calls = Number(await readFile(countTo, "utf8"));
    const tally = { calls, killed: 0, before: 0, after: 0, finished: 0 };
    const numbers = Array.from(
      { length: Math.floor(calls / every) },
      (_, index) => (index + 1) * every,
    ).filter((call) => callCase.isChosen?.(call) ?? true);
    const trial = async (killAt: number): Promise<void> => {
      const root = join(folder, `killed-${killAt}`);
      await copyIfThere(prepared, root);
      const died = await runCase(root, callCase, shim.environment({ folder: root, hasLinks, killAt }));
      const left = await assertRecovers(root, { died, before, after, hasLinks, clockStepMs });
      tally.killed += died.signal === "SIGKILL" ? 1 : 0;
      tally[left]++;
      await rm(root, { recursive: true });
    };
    await runBounded(
      numbers,
      (killAt) =>
        trial(killAt).catch((cause: unknown) => {
          throw new Error(`${callCase.name}, killed at call ${killAt} of ${calls}: ${cause}`, { cause });
        }),
      { concurrency: AT_ONCE },
    );
    console.log(
      `${callCase.name}, ${hasLinks ? "with" : "without"} hard links: ${calls} calls, ${tally.killed} processes killed; ` +
        `they left the state before ${tally.before} times, the new one ${tally.after} times, and ` +
        `${tally.finished} times one that the next writer finished; 0 lost, 0 torn, 0 stuck`,
    );
    return tally;
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Death {
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  readonly isAcknowledged: boolean;
  readonly stderr: string;
}

interface Expected {
  readonly died: Death;
  readonly before: Objects;
  readonly after: Objects;
  readonly hasLinks: boolean;
  readonly clockStepMs: number | undefined;
}

async function assertRecovers(
  root: string,
  { died, before, after, hasLinks, clockStepMs }: Expected,
): Promise<"before" | "after" | "finished"> {
  // The number of calls of two runs may differ by some, so the last numbers may come too late.
  expect(died.signal === "SIGKILL" || died.exitCode === 0, died.stderr).toBe(true);
  const seen = await contentsOf(root);
  expect(died.isAcknowledged ? [after] : [before, after]).toContainEqual(seen);
  {
    await using next = await openFolder(root, { hasLinks });
    const data = new Uint16Array([5]);
    await next.addImage({ dtype: "uint16", shape: [1, 1], data }, { id: NEXT });
    const { kept } = await next.gc({ dryRun: false, olderThanMs: 0 });
    if (kept.length > 0 && clockStepMs !== undefined) {
      await setTimeout(clockStepMs);
      await next.gc({ dryRun: false, olderThanMs: 0 });
    }
  }
  const { problems } = await checkLocalDataset(root, { level: "data" });
  expect(problems).toEqual([]);
  const audit = await auditStore(localStore(root));
  expect(audit.problems).toEqual([]);
  expect(audit.foreign).toEqual({});
  expect(audit.obstacles).toEqual({});
  const last = await contentsOf(root);
  const isNext = (path: string): boolean => path.startsWith(`images/${NEXT}/`);
  expect(Object.keys(last).filter(isNext)).not.toEqual([]);
  const rest = Object.fromEntries(Object.entries(last).filter(([path]) => !isNext(path)));
  // Only what seemed not to be there yet may have become whole.
  expect([seen, after]).toContainEqual(rest);
  return isEqual(rest, after) ? (isEqual(seen, after) ? "after" : "finished") : "before";
}

/** What a user sees: all but the metadata of the two groups, which any first commit and the upgrade write. */
async function contentsOf(root: string): Promise<Objects> {
  const { objects } = await readDataset(root);
  const isOfGroups = (path: string): boolean => path === "zarr.json" || path === "images/zarr.json";
  return Object.fromEntries(
    Object.entries(objects)
      .filter(([path]) => !isOfGroups(path))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Of objects in the order of their paths. */
const isEqual = (a: Objects, b: Objects): boolean => JSON.stringify(a) === JSON.stringify(b);

async function copyIfThere(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true }).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) {
      throw error;
    }
  });
}

async function runCase(root: string, { name }: CallCase, env: NodeJS.ProcessEnv): Promise<Death> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", bundledWorker(WORKER), root, name],
      { env },
      (_error, stdout, stderr) => {
        const isAcknowledged = stdout.includes("acknowledged");
        resolve({ signal: child.signalCode, exitCode: child.exitCode, isAcknowledged, stderr });
      },
    );
  });
}
