// Kills `kym edit` and `kym delete` after each of the changes that they make to files, and looks at what each left.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { expect } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";
import { KYM, processEnvironment } from "../../support/kym-process.ts";
import { makeSmallStudy } from "../../support/small-study.ts";

/** What a killed command left: nothing of it, or all. */
export interface KillTally {
  readonly killed: number;
  readonly nothing: number;
  readonly all: number;
}

const COLUMNS = "image_id,condition,note,accepted,um_per_px";
const EDIT = ["--where", "true", "--condition", "salt", "--um-per-px", "0.25", "--reject", "--yes"];

/** Kills an edit of all images of a study, each time after one more change to its files. */
export function killEdits(kills: number): Promise<KillTally> {
  return killAllOver(["edit", "study.zarr", ...EDIT], kills);
}

/** The same for the deletion of three of its images. */
export function killDeletions(kills: number): Promise<KillTally> {
  return killAllOver(["delete", "study.zarr", "a", "b", "c", "--yes"], kills);
}

async function killAllOver(command: readonly string[], kills: number): Promise<KillTally> {
  const work = await mkdtemp(join(tmpdir(), "kym-killed-edit-"));
  try {
    await makeSmallStudy(join(work, "prepared/study.zarr"));
    const before = await listed(join(work, "prepared"));
    await cp(join(work, "prepared"), join(work, "whole"), { recursive: true });
    const whole = await run(command, join(work, "whole"), undefined);
    expect(whole.ended).toEqual([0, null]);
    const after = await listed(join(work, "whole"));
    expect(after).not.toEqual(before);
    const tally = { killed: 0, nothing: 0, all: 0 };
    for (let kill = 0; kill < kills; kill++) {
      const cwd = join(work, `killed-${kill}`);
      await cp(join(work, "prepared"), cwd, { recursive: true });
      const killAt = 1 + Math.floor((kill * whole.events) / kills);
      const [code, signal] = (await run(command, cwd, killAt)).ended;
      const left = await listed(cwd);
      expect(code === 0 ? [after] : [before, after], `killed with ${String(signal)}`).toContainEqual(left);
      tally.killed += signal === "SIGKILL" ? 1 : 0;
      tally[JSON.stringify(left) === JSON.stringify(before) ? "nothing" : "all"]++;
      // The next writer goes on at once, and then all is there and nothing is wrong.
      if (JSON.stringify(left) === JSON.stringify(before)) {
        expect((await kym(command, { cwd })).exitCode).toBe(0);
      }
      expect(await listed(cwd)).toEqual(after);
      expect((await kymJson(["check", "study.zarr"], { cwd })).data.problems).toEqual([]);
      await rm(cwd, { recursive: true });
    }
    return tally;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function listed(cwd: string): Promise<unknown> {
  return (await kymJson(["ls", "study.zarr", "--columns", COLUMNS], { cwd })).data;
}

interface Ended {
  /** The exit code and the signal. */
  readonly ended: readonly unknown[];
  /** How many changes below the dataset were seen. */
  readonly events: number;
}

/** Runs the command in a process, which is killed when so many changes below the dataset were seen. */
async function run(command: readonly string[], cwd: string, killAt: number | undefined): Promise<Ended> {
  let events = 0;
  const watcher = watch(join(cwd, "study.zarr"), { recursive: true }, () => {
    events++;
    if (events === killAt) {
      child.kill("SIGKILL");
    }
  });
  const child = spawn(process.execPath, [...KYM, ...command], {
    ...{ cwd, env: processEnvironment({ cwd }) },
    stdio: "ignore",
  });
  try {
    return { ended: await once(child, "close"), events };
  } finally {
    watcher.close();
  }
}
