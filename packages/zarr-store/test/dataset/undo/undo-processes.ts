/** Processes that edit and undo at once, and are killed at any step. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { localStore, openLocalDataset } from "../../../src/node/index.ts";
import { auditStore } from "../../support/audit-store.ts";
import { addImage, summarize } from "./undo-world.ts";

const WORKER = fileURLToPath(new URL("undo-worker.ts", import.meta.url));

export interface UndoProcesses {
  readonly workers: number;
  readonly rounds: number;
  /** How likely a process kills itself at each step of a commit. It comes again until it is done. */
  readonly kill: number;
  readonly seed: number;
}

/** When all are done, every byte is as it was, each edit was made once, and each was undone once. */
export async function undoInProcesses({
  workers,
  rounds,
  kill,
  seed,
}: UndoProcesses): Promise<{ readonly kills: number }> {
  const root = await mkdtemp(join(tmpdir(), "kym-undo-processes-"));
  try {
    const options = { summarize };
    {
      await using dataset = await openLocalDataset(root, options);
      await addImage(dataset, "one", { note: "first" });
      await addImage(dataset, "two", { note: "first", step: 2 });
    }
    const { objects: before } = await auditStore(localStore(root));
    let kills = 0;
    const live = async (worker: number): Promise<void> => {
      for (let life = 0; ; life++) {
        const words = [root, worker, rounds, seed + 100 * worker + life, kill].map(String);
        const { signal, code, stderr } = await run(words);
        if (signal === "SIGKILL") {
          kills++;
          continue;
        }
        if (code !== 0 || stderr !== "") {
          throw new Error(`worker ${worker} ended with ${code}: ${stderr}`);
        }
        return;
      }
    };
    // All have ended before anything is judged or removed.
    const lives = await Promise.allSettled(Array.from({ length: workers }, (_, worker) => live(worker)));
    expect(lives.flatMap((life) => (life.status === "rejected" ? [String(life.reason)] : []))).toEqual([]);
    {
      // One more writer settles what the last of the killed left.
      await using dataset = await openLocalDataset(root, options);
      await dataset.record("one").saveJson("last", true);
      await dataset.past.undo();
      expect(await dataset.check({ level: "data" })).toMatchObject({ problems: [] });
    }
    const { objects, records, problems } = await auditStore(localStore(root));
    expect(problems).toEqual([]);
    // Fields of others come and go, so members may stand in another order.
    const sorted = (state: Readonly<Record<string, string>>): unknown =>
      Object.entries(state).map(([path, text]) => [path, path.endsWith(".json") ? sortedText(text) : text]);
    expect(sorted(objects)).toEqual(sorted(before));
    const edits = records.filter(({ message }) => /^(own|shared) /.test(message));
    expect(new Set(edits.map(({ message }) => message)).size).toBe(edits.length);
    expect(edits).toHaveLength(2 * workers * rounds);
    const undone = records.flatMap(({ details }) =>
      details?.["undoes"] === undefined ? [] : [details["undoes"]],
    );
    for (const { version } of edits) {
      expect(undone.filter((each) => each === version)).toHaveLength(1);
    }
    return { kills };
  } finally {
    await rm(root, { recursive: true });
  }
}

function sortedText(text: string): string {
  return JSON.stringify(JSON.parse(text), (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort())
      : value,
  );
}

function run(words: readonly string[]): Promise<{
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly stderr: string;
}> {
  const child = spawn(process.execPath, ["--conditions=@kym/source", WORKER, ...words], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    stderr += part;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ signal, code, stderr }));
  });
}
