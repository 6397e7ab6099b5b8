// Kills `kym analyze`, `edit`, `delete`, `undo`, `resolve` and `pull` before the n-th call that changes the dataset, and looks at what is left.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { expect } from "vitest";
import { kym, kymJson } from "../../apps/cli/test/support/kym.ts";
import { KYM, processEnvironment } from "../../apps/cli/test/support/kym-process.ts";
import { makeSmallStudy } from "../../apps/cli/test/support/small-study.ts";
import type { KillShim } from "../../packages/zarr-store/test/commit/every-call/kill-shim.ts";

const STUDY = "study.zarr";
/** The same dataset in the hands of another scorer. */
const OTHER = "other.zarr";

/** A command that is killed, and what was typed before it. */
export interface KilledVerb {
  readonly name: string;
  readonly before: readonly (readonly string[])[];
  readonly command: readonly string[];
  /** What the command, and those before it, may end with. */
  readonly exitCodes: readonly number[];
}

const EDIT_OTHER = ["edit", OTHER, "a", "--condition", "theirs", "--note", "seen by Bela"];
const PULL = ["pull", STUDY, OTHER];

export const KILLED_VERBS: readonly KilledVerb[] = [
  {
    name: "edit",
    before: [],
    command: ["edit", STUDY, "--where", "true", "--condition", "salt", "--um-per-px", "0.25", "--yes"],
    exitCodes: [0],
  },
  {
    name: "analyze",
    before: [],
    command: ["analyze", STUDY, "--window", "4", "--jobs", "1"],
    exitCodes: [0],
  },
  { name: "delete", before: [], command: ["delete", STUDY, "a", "b", "--yes"], exitCodes: [0] },
  {
    name: "undo",
    before: [["edit", STUDY, "a", "b", "--condition", "salt", "--yes"]],
    command: ["undo", STUDY],
    exitCodes: [0],
  },
  {
    name: "resolve",
    before: [EDIT_OTHER, ["edit", STUDY, "a", "--condition", "mine"], PULL],
    command: ["resolve", STUDY, "a", "--theirs"],
    exitCodes: [0, 3],
  },
  {
    name: "pull",
    before: [EDIT_OTHER, ["edit", STUDY, "a", "--reject"]],
    command: PULL,
    exitCodes: [0],
  },
];

export interface VerbKills {
  readonly shim: KillShim;
  readonly hasLinks: boolean;
  /** Kills at every so manieth call. */
  readonly every: number;
}

/** How often a killed command left what was there before, and how often all that it does. */
export interface VerbTally {
  readonly calls: number;
  readonly killed: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Runs a command again and again, each time killed before a later call. What a user sees then is all of its change or nothing of
 * it; the same command goes on at once; `check` finds nothing.
 */
export async function killVerb(verb: KilledVerb, { shim, hasLinks, every }: VerbKills): Promise<VerbTally> {
  const work = await mkdtemp(join(tmpdir(), "kym-verbs-"));
  try {
    const prepared = join(work, "prepared");
    await makeSmallStudy(join(prepared, STUDY));
    await cp(join(prepared, STUDY), join(prepared, OTHER), { recursive: true });
    if (!hasLinks) {
      const env = shim.environment({ folder: join(prepared, STUDY), hasLinks });
      const claim = ["check", STUDY, "--repair", "--claim"];
      expect(await runShimmed(claim, prepared, env)).toEqual([0, null]);
    }
    for (const words of verb.before) {
      const { exitCode, stderr } = await kym(words, { cwd: prepared });
      expect(verb.exitCodes, stderr).toContain(exitCode);
    }
    const before = await seen(prepared);
    const whole = join(work, "whole");
    await cp(prepared, whole, { recursive: true });
    const countTo = join(work, "count");
    const run = (
      cwd: string,
      options: { readonly killAt?: number; readonly countTo?: string },
    ): Promise<unknown[]> =>
      runShimmed(verb.command, cwd, shim.environment({ folder: join(cwd, STUDY), hasLinks, ...options }));
    expect(await run(whole, { countTo })).toEqual([0, null]);
    const after = await seen(whole);
    expect(after).not.toEqual(before);
    const calls = Number(await readFile(countTo, "utf8"));
    const tally = { calls, killed: 0, before: 0, after: 0 };
    for (let killAt = every; killAt <= calls; killAt += every) {
      const cwd = join(work, `killed-${killAt}`);
      await cp(prepared, cwd, { recursive: true });
      const [, signal] = await run(cwd, { killAt });
      const left = await seen(cwd);
      expect([before, after], `${verb.name}, killed at call ${killAt} of ${calls}`).toContainEqual(left);
      const isBefore = JSON.stringify(left) === JSON.stringify(before);
      tally.killed += signal === "SIGKILL" ? 1 : 0;
      tally[isBefore ? "before" : "after"]++;
      if (isBefore) {
        expect(await run(cwd, {}), `${verb.name} again, after call ${killAt}`).toEqual([0, null]);
      }
      expect(await seen(cwd)).toEqual(after);
      expect((await kymJson(["check", STUDY], { cwd })).data.problems).toEqual([]);
      await rm(cwd, { recursive: true });
    }
    console.log(
      `kym ${verb.name}, ${hasLinks ? "with" : "without"} hard links: ${calls} calls, ${tally.killed} processes killed; ` +
        `${tally.before} left the state before, ${tally.after} the new one`,
    );
    return tally;
  } finally {
    await rm(work, { recursive: true });
  }
}

/** What a user sees of the images, and of the conflicts that are open. */
async function seen(cwd: string): Promise<unknown> {
  const columns = "image_id,condition,note,accepted,um_per_px,n_rois,artifacts";
  const { data: images } = await kymJson(["ls", STUDY, "--columns", columns], { cwd });
  const { data: conflicts } = await kymJson(["resolve", STUDY], { cwd });
  return { images, conflicts };
}

/** Returns the exit code and the signal. */
async function runShimmed(
  command: readonly string[],
  cwd: string,
  shimmed: NodeJS.ProcessEnv,
): Promise<unknown[]> {
  const env = { ...processEnvironment({ cwd }), ...shimmed, INIT_CWD: cwd };
  const child = spawn(process.execPath, [...KYM, ...command], { cwd, env, stdio: "ignore" });
  return once(child, "close");
}
