// Kills every command that writes before the n-th call that changes the dataset, or what it makes, lets that call fail, or fills the
// disk from it on, and looks at what is left.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { isDeepStrictEqual } from "node:util";
import { summarizeMetadata } from "@kym/kym-schema";
import { createNdArray, type ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { expect } from "vitest";
import { kym, kymJson } from "../../apps/cli/test/support/kym.ts";
import { KYM, processEnvironment } from "../../apps/cli/test/support/kym-process.ts";
import { makeSmallStudy } from "../../apps/cli/test/support/small-study.ts";
import type { KillShim, ShimOptions } from "../../packages/zarr-store/test/commit/every-call/kill-shim.ts";

export const STUDY = "study.zarr";
/** The same dataset in the hands of another scorer. */
export const OTHER = "other.zarr";

/** A command that is killed, and what was done before it. */
export interface KilledVerb {
  readonly name: string;
  /** What programs did in the folder of both copies, before anything was typed. */
  readonly prepare?: (cwd: string) => Promise<void>;
  readonly before: readonly (readonly string[])[];
  /** What happens to the folder after that: a file that is lost, or another program's. */
  readonly change?: (cwd: string) => Promise<void>;
  readonly command: readonly string[];
  /** What the command, and those before it, may end with. */
  readonly exitCodes: readonly number[];
  /** What the command ends with if it is not killed; default 0. */
  readonly endsWith?: number;
  /** The file or folder that the command makes, instead of changing the dataset. */
  readonly makes?: string;
  /** The command makes several commits, so that a part of its change may be left. Default false. */
  readonly inParts?: boolean;
  /** What a user sees that the command changes; default: images, arrays, attributes, tables and conflicts. */
  readonly sees?: (cwd: string) => Promise<unknown>;
}

const EDIT_OTHER = ["edit", OTHER, "a", "--condition", "theirs", "--note", "seen by Bela"];
const PULL = ["pull", STUDY, OTHER];

/** Both copies change an array, an attribute and a pooled table. */
async function changeWholes(cwd: string): Promise<void> {
  for (const [name, value] of [
    [STUDY, 1],
    [OTHER, 2],
  ] as const) {
    await using dataset = await openLocalDataset(join(cwd, name), { summarize: summarizeMetadata });
    await dataset.transaction(async (transaction) => {
      const record = transaction.record("scan-a");
      const array = createNdArray("uint8", [2], new Uint8Array(2).fill(value));
      await record.saveArrayArtifact("masks/1", array);
      await record.updateAttributes({ shown_as: name });
      const schema = { columns: [{ name: "n", type: "int64" as const }] };
      await transaction.saveTable("days", [{ n: BigInt(value) }], { schema });
    });
  }
}

/** Both copies ingest one file by themselves, beside those changes. */
async function changeWholesAndIngest(cwd: string): Promise<void> {
  await changeWholes(cwd);
  await ingestTwice(cwd);
}

async function ingestTwice(cwd: string): Promise<void> {
  for (const [name, id] of [
    [STUDY, "by-anna"],
    [OTHER, "by-bela"],
  ] as const) {
    await using dataset = await openLocalDataset(join(cwd, name), { summarize: summarizeMetadata });
    await dataset.transaction(async (transaction) => {
      await transaction.addImage(createNdArray("uint8", [2, 2], new Uint8Array(4)), { id });
      const file = { source_primary_path: "/lab/new.tif", source_rel_path: "new.tif" };
      const sizes = { source_mtime_ns: 1n, source_size_bytes: 1n, ingested_epoch_ns: 1n };
      const row = { ...file, ...sizes, source_sha256: "ab".repeat(32), image_id: id };
      await transaction.appendSources([row]);
    });
  }
}

/** Of two images, one copy deletes one and the other changes it. */
const DELETIONS = [
  ["delete", OTHER, "b", "--yes"],
  ["edit", STUDY, "b", "--note", "changed"],
  ["delete", STUDY, "c", "--yes"],
  ["edit", OTHER, "c", "--note", "changed"],
];

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
  {
    name: "edit --from",
    prepare: (cwd) =>
      writeFile(join(cwd, "meta.csv"), "image_id,condition,um_per_px\nscan-a,salt,0.25\nscan-b,salt,0.25\n"),
    before: [],
    command: ["edit", STUDY, "--from", "meta.csv", "--yes"],
    exitCodes: [0],
  },
  {
    name: "pull of whole images, one file twice, an array, attributes and a table in conflict",
    prepare: changeWholesAndIngest,
    before: DELETIONS,
    command: PULL,
    exitCodes: [0, 3],
    endsWith: 3,
  },
  {
    name: "resolve --theirs of an array and attributes",
    prepare: changeWholes,
    before: [PULL],
    command: ["resolve", STUDY, "a", "--theirs"],
    exitCodes: [0, 3],
  },
  {
    name: "resolve --theirs of a deleted image",
    before: [...DELETIONS, PULL],
    command: ["resolve", STUDY, "b", "--theirs", "--yes"],
    exitCodes: [0, 3],
  },
  {
    name: "resolve --theirs of an image that was deleted here",
    before: [...DELETIONS, PULL],
    command: ["resolve", STUDY, "c", "--theirs"],
    exitCodes: [0, 3],
  },
  {
    name: "resolve --mine of an image that was deleted here",
    before: [...DELETIONS, PULL],
    command: ["resolve", STUDY, "c", "--mine", "--yes"],
    exitCodes: [0, 3],
  },
  {
    name: "resolve --theirs of an image that was left out",
    prepare: ingestTwice,
    before: [PULL],
    command: ["resolve", STUDY, "by-bela", "--theirs", "--yes"],
    exitCodes: [0, 3],
  },
  {
    name: "resolve --mine of an image that was left out",
    prepare: ingestTwice,
    before: [PULL],
    command: ["resolve", STUDY, "by-bela", "--mine"],
    exitCodes: [0, 3],
  },
  {
    name: "resolve --table",
    prepare: changeWholes,
    before: [PULL],
    command: ["resolve", STUDY, "--table", "days", "--theirs"],
    exitCodes: [0, 3],
  },
];

/** What happens at a call: the process dies, the call alone fails, or the disk is full from it on. */
export type Fault = "killed" | "failed" | "full";

export interface VerbTrials {
  readonly shim: KillShim;
  readonly hasLinks: boolean;
  /** Tries every so manieth call. */
  readonly every: number;
  /** Default `killed`. */
  readonly fault?: Fault;
}

/** How often a disturbed command left what was there before, and how often all that it does. */
export interface VerbTally {
  readonly calls: number;
  /** Processes that were killed, or ended with an error. */
  readonly ended: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Runs a command again and again, each time disturbed at a later call. What a user sees then is all of its change or nothing of
 * it; a command that ends with success has done it; one that fails says why; the same command goes on at once; `check` finds nothing.
 */
export async function tryVerb(
  verb: KilledVerb,
  { shim, hasLinks, every, fault = "killed" }: VerbTrials,
): Promise<VerbTally> {
  const work = await mkdtemp(join(quickFolder(), "kym-verbs-"));
  try {
    const prepared = join(work, "prepared");
    await makeSmallStudy(join(prepared, STUDY));
    await cp(join(prepared, STUDY), join(prepared, OTHER), { recursive: true });
    await verb.prepare?.(prepared);
    if (!hasLinks) {
      const env = shim.environment({ folder: join(prepared, STUDY), hasLinks });
      const claim = ["check", STUDY, "--repair", "--claim"];
      expect(await runShimmed(claim, prepared, env)).toMatchObject({ exitCode: 0, signal: null });
    }
    for (const words of verb.before) {
      const { exitCode, stderr } = await kym(words, { cwd: prepared });
      expect(verb.exitCodes, stderr).toContain(exitCode);
    }
    await verb.change?.(prepared);
    const look =
      verb.makes === undefined ? (verb.sees ?? seen) : (cwd: string) => madeIn(cwd, verb.makes ?? "");
    const before = await look(prepared);
    const whole = join(work, "whole");
    await cp(prepared, whole, { recursive: true });
    const countTo = join(work, "count");
    const run = (cwd: string, options: Partial<ShimOptions>): Promise<Ended> =>
      runShimmed(
        verb.command,
        cwd,
        shim.environment({ folder: verb.makes === undefined ? join(cwd, STUDY) : cwd, hasLinks, ...options }),
      );
    const endsWith = verb.endsWith ?? 0;
    expect(await run(whole, { countTo })).toMatchObject({ exitCode: endsWith, signal: null });
    const after = await look(whole);
    expect(after).not.toEqual(before);
    const calls = Number(await readFile(countTo, "utf8"));
    const tally = { calls, ended: 0, before: 0, after: 0 };
    for (const call of callsToTry(calls, every)) {
      const cwd = join(work, `${fault}-${call}`);
      const what = `${verb.name}, ${fault} at call ${call} of ${calls}`;
      await cp(prepared, cwd, { recursive: true });
      const ended = await run(cwd, atCall(fault, call));
      const left = await look(cwd);
      const allowed = verb.inParts === true ? [before, after, left] : [before, after];
      expect(allowed, `${what}: ${ended.said}`).toContainEqual(left);
      const isBefore = !isDeepStrictEqual(left, after);
      const isDone = ended.signal === null && ended.exitCode === endsWith;
      if (fault !== "killed") {
        expect(ended.signal, `${what}: ${ended.said}`).toBe(null);
        expect(isDone && isBefore, `${what}: success without the result`).toBe(false);
        expect(isDone || /ENOSPC|EIO|full|room/.test(ended.said), `${what}: no reason in ${ended.said}`).toBe(
          true,
        );
      }
      tally.ended += isDone ? 0 : 1;
      tally[isBefore ? "before" : "after"]++;
      if (isBefore) {
        // Where there are hard links, this process needs no library without them.
        const again = hasLinks ? await kym(verb.command, { cwd }) : await run(cwd, {});
        expect(again, `${what}, again`).toMatchObject({ exitCode: endsWith });
      }
      expect(await look(cwd), what).toEqual(after);
      expect((await kymJson(["check", STUDY], { cwd })).data.problems, what).toEqual([]);
      await rm(cwd, { recursive: true });
    }
    console.log(
      `kym ${verb.name}, ${fault}, ${hasLinks ? "with" : "without"} hard links: ${calls} calls, ${tally.ended} processes ` +
        `${fault === "killed" ? "killed" : "failed"}; ${tally.before} left the state before, ${tally.after} the new one`,
    );
    return tally;
  } finally {
    await rm(work, { recursive: true });
  }
}

function atCall(fault: Fault, call: number): Partial<ShimOptions> {
  switch (fault) {
    case "killed":
      return { killAt: call };
    case "failed":
      return { failAt: call };
    case "full":
      return { fullFrom: call };
    default:
      return fault satisfies never;
  }
}

/** A folder in memory, where there is one: a kill loses nothing of a file that was written, flushed or not. */
function quickFolder(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}

/** What a user sees of the images, their arrays and attributes, the pooled tables, and the conflicts that are open. */
async function seen(cwd: string): Promise<unknown> {
  const columns = "image_id,condition,note,accepted,um_per_px,n_rois,artifacts";
  const { data: images } = await kymJson(["ls", STUDY, "--columns", columns], { cwd });
  const { data: conflicts } = await kymJson(["resolve", STUDY], { cwd });
  await using dataset = await openLocalDataset(join(cwd, STUDY), { mode: "r" });
  // A conflict says where the other copy was, which lies in another folder each time.
  const listed = JSON.parse(JSON.stringify(conflicts).replaceAll(/"[^"]*\/other\.zarr"/g, `"${OTHER}"`));
  return { images, conflicts: listed, ...(await wholesOf(dataset)) };
}

async function wholesOf(dataset: ZarrDataset): Promise<object> {
  const arrays: unknown[] = [];
  for (const id of await dataset.listImageIds()) {
    const record = dataset.record(id);
    for (const name of await record.listArrayArtifacts()) {
      arrays.push([id, name, [...(await record.loadArrayArtifact(name)).data].map(String)]);
    }
    arrays.push([id, (await record.attributes())["shown_as"] ?? null]);
  }
  const tables = (await dataset.listTableNames()).filter((name) => !/^(table|image)_conflicts$/.test(name));
  const hashes = await Promise.all(
    tables.map(async (name) => [name, (await dataset.exact.hash(`tables/${name}.parquet`)) ?? null]),
  );
  return { arrays, tables: hashes, kept: [...(await dataset.exact.below("attachments"))] };
}

const FIRST_CALL = 8;

/** Every so manieth call, from an early one on, and one of the last, when all is done but what tidies up. */
function callsToTry(calls: number, every: number): readonly number[] {
  const count = Math.max(1, Math.ceil((calls - FIRST_CALL) / every));
  const chosen = Array.from({ length: count }, (_, index) => Math.min(calls, FIRST_CALL + index * every));
  return [...new Set([...chosen, Math.max(1, calls - 1)])];
}

/** The files of what a command makes, with their sizes; undefined if there is nothing. A copy is whole if it checks clean. */
async function madeIn(cwd: string, name: string): Promise<unknown> {
  const place = join(cwd, name);
  const found = await stat(place).catch(() => undefined);
  if (found === undefined) {
    return "nothing";
  }
  if (!found.isDirectory()) {
    return found.size > 0 ? "a file" : "an empty file";
  }
  if (name.endsWith(".zarr")) {
    return (await kymJson(["check", name], { cwd })).data.problems;
  }
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.sort().map(async (file) => [file.slice(place.length), (await stat(file)).size]));
}

interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it said on both streams. */
  readonly said: string;
}

/** No command waits this long: one that does has not ended. */
const LONGEST_MS = 120_000;

async function runShimmed(
  command: readonly string[],
  cwd: string,
  shimmed: NodeJS.ProcessEnv,
): Promise<Ended> {
  const compiled = { NODE_COMPILE_CACHE: join(tmpdir(), "kym-verbs-compiled") };
  const env = { ...processEnvironment({ cwd }), ...shimmed, ...compiled, INIT_CWD: cwd };
  const child = spawn(process.execPath, [...KYM, ...command], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LONGEST_MS,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const [exitCode, signal] = await once(child, "close");
  return { exitCode, signal, said };
}
