import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { openLocalDataset } from "../../../src/node/index.ts";
import { collectLog } from "../../support/test-runtime.ts";

const canUnshare =
  process.platform === "linux" &&
  spawnSync("unshare", ["--pid", "--fork", "--mount-proc", "true"]).status === 0;
if (!canUnshare) {
  console.log(
    "SKIPPED: a writer of another PID namespace needs Linux and the right to make one (unshare --pid)",
  );
}

/** Commits to the dataset of its argument, in a session of its own. */
const COMMIT = `
  const { openLocalDataset } = await import("@kym/zarr-store/node");
  const dataset = await openLocalDataset(process.argv[1], {
    logger: { debug: console.log, info: console.log, warn: console.log, error: console.log },
  });
  await dataset.record("one").saveJson("beside", process.pid);
  await dataset.close();`;

it.runIf(canUnshare)(
  "a writer of another PID namespace with the same host name is not taken for dead",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "kym-namespace-"));
    try {
      const path = join(folder, "d.zarr");
      const log = collectLog();
      await using dataset = await openLocalDataset(path, { logger: log });
      await dataset.addImage({ dtype: "uint8", shape: [2, 2], data: new Uint8Array(4) }, { id: "one" });
      let runs = 0;
      const said: string[] = [];
      await dataset.transaction(async (transaction) => {
        runs++;
        await transaction.record("one").saveJson("slow", { staged: runs });
        const node = [process.execPath, "--conditions=@kym/source", "--input-type=module", "--eval", COMMIT];
        const { stdout } = await promisify(execFile)(
          "unshare",
          ["--pid", "--fork", "--mount-proc", ...node, path],
          { cwd: import.meta.dirname },
        );
        said.push(stdout);
      });
      expect(runs).toBe(1);
      expect(said.join()).not.toMatch(/is gone|discarding/);
      expect(await dataset.record("one").loadJson("slow")).toEqual({ staged: 1 });
      expect(await dataset.record("one").loadJson("beside")).toEqual(expect.any(Number));
      expect(log.warnings).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
