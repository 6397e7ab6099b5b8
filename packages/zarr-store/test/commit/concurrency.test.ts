import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { localStore } from "../../src/node/local-store.ts";
import { type Audit, auditStore } from "./audit.ts";
import { runWorker } from "./run-worker.ts";
import type { WorkerTask } from "./worker-plan.ts";

const WORKERS = 4;
const COMMITS = 10;

interface Outcome {
  readonly audit: Audit;
  /** `<worker>/<commit>` of every commit that a worker was told of, by version. */
  readonly acknowledged: ReadonlyMap<number, string>;
}

async function runWorkers(
  mode: WorkerTask["mode"],
  options: { readonly isLockDisabled: boolean; readonly workers?: number; readonly commits?: number },
): Promise<Outcome> {
  const { isLockDisabled, workers = WORKERS, commits = COMMITS } = options;
  const root = await mkdtemp(join(tmpdir(), "kym-concurrent-"));
  try {
    const tasks = Array.from({ length: workers }, (_, worker) => ({
      root,
      worker,
      commits,
      mode,
      isLockDisabled,
    }));
    const results = await Promise.all(tasks.map((task) => runWorker(task)));
    const acknowledged = new Map<number, string>();
    for (const [worker, result] of results.entries()) {
      expect(result, result.stderr).toMatchObject({ exitCode: 0, stderr: "" });
      for (const { version, commit } of result.acknowledged) {
        expect(acknowledged.has(version), `version ${version} is acknowledged to two`).toBe(false);
        acknowledged.set(version, `${worker}/${commit}`);
      }
    }
    const audit = await auditStore(localStore(root));
    expect(audit.problems).toEqual([]);
    expect(audit.foreign).toEqual({});
    return { audit, acknowledged };
  } finally {
    await rm(root, { recursive: true });
  }
}

const allCommits = Array.from(
  { length: WORKERS * COMMITS },
  (_, index) => `${Math.floor(index / COMMITS)}/${index % COMMITS}`,
);

describe.each([
  { name: "with the writer lock", isLockDisabled: false },
  { name: "without the writer lock", isLockDisabled: true },
])("four processes, ten commits each, $name", ({ isLockDisabled }) => {
  it("on paths of their own: all acknowledged are present", async () => {
    const { audit, acknowledged } = await runWorkers("disjoint", { isLockDisabled });
    expect([...acknowledged.values()].sort()).toEqual(allCommits);
    expect(audit.version).toBe(allCommits.length);
    expect(Object.values(audit.objects).sort()).toEqual(allCommits);
  });

  it("all into one object, counting, and making the same records: none is lost, none doubled", async () => {
    const { audit, acknowledged } = await runWorkers("merge", { isLockDisabled });
    expect([...acknowledged.values()].sort()).toEqual(allCommits);
    expect(audit.version).toBe(allCommits.length);
    expect(audit.objects["tables/count"]).toBe(String(allCommits.length));
    const lines = audit.objects["tables/lines"]?.trimEnd().split("\n") ?? [];
    expect(lines.toSorted()).toEqual(allCommits);
    expect(lines, "the lines stand in the order of the log").toEqual(
      [...acknowledged].sort(([a], [b]) => a - b).map(([, line]) => line),
    );
    const makers = Object.keys(audit.objects).filter((path) => path.endsWith("/attachments/maker"));
    expect(makers).toHaveLength(COMMITS);
  });

  it("making, deleting and making again the same objects: what is acknowledged is in the log, and only that", async () => {
    const { audit, acknowledged } = await runWorkers("churn", { isLockDisabled });
    const lines = audit.objects["tables/churned"]?.trimEnd().split("\n") ?? [];
    expect(lines.toSorted()).toEqual([...acknowledged.values()].sort());
    expect(audit.version).toBe(acknowledged.size);
    expect(lines.length).toBeGreaterThan(WORKERS * COMMITS * 0.9);
  });
});
