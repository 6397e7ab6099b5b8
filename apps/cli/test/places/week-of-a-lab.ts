// A week of a lab: what other programs do to a dataset, step by step, and the truth that every command says after each step.
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { openLocalDataset } from "@kym/zarr-store/node";
import { expect } from "vitest";
import { kym, kymJson } from "../support/kym.ts";
import { filesBelow, flipByte, type LabStudy, makeLabStudy, SCANS, sidecarOf } from "./lab-study.ts";

const run = promisify(execFile);

/** A problem that `kym check` must name: the kinds that it may have, by path. */
type Problems = Map<string, readonly string[]>;

/** What is true now. A step changes it, and {@link saysTheTruth} asks every command for it. */
export interface Week extends LabStudy {
  /** 0 to 1, by the seed of the week. */
  readonly random: () => number;
  readonly problems: Problems;
  /** Files of the dataset that other programs wrote: no command of ours may lose a byte of them. */
  readonly foreign: Map<string, Uint8Array>;
  /** Paths that `kym adopt` commits. */
  readonly adoptable: Set<string>;
  /** Scans whose files an export cannot read as they were committed. */
  readonly unreadable: Set<string>;
  images: number;
  hasSystemFiles: boolean;
}

/** One thing that happens in a week. Each is whole by itself, so that the order does not matter. */
export interface Step {
  readonly name: string;
  readonly happen: (week: Week) => Promise<void>;
}

export async function beginWeek(seed: number): Promise<Week> {
  let state = seed;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return {
    ...(await makeLabStudy()),
    random,
    problems: new Map(),
    foreign: new Map(),
    adoptable: new Set(),
    unreadable: new Set(),
    images: SCANS.length,
    hasSystemFiles: false,
  };
}

/** Asks every command, and compares what it says with what is true. */
export async function saysTheTruth(week: Week): Promise<void> {
  const { cwd, problems, adoptable, unreadable, foreign } = week;
  const options = { cwd };
  const check = await kymJson(["check", "study.zarr"], options);
  const found: readonly { readonly path: string; readonly kind: string }[] = check.data.problems;
  expect(found.map(({ path }) => path).toSorted()).toEqual([...problems.keys()].toSorted());
  for (const { path, kind } of found) {
    expect([path, problems.get(path)]).toEqual([path, expect.arrayContaining([kind])]);
  }
  const notes: readonly { readonly kind: string }[] = check.data.notes;
  expect(notes.some(({ kind }) => kind === "system")).toBe(week.hasSystemFiles);
  const isSound = problems.size === 0;
  expect((await kym(["check", "study.zarr"], options)).exitCode).toBe(isSound ? 0 : 4);
  expect(await listedImages("study.zarr", options)).toBe(week.images);
  const exported = await kymJson(["export", "study.zarr", "out", "--dry-run"], options);
  const failed: readonly { readonly path: string }[] = exported.data.failed;
  expect(failed.map(({ path }) => path).toSorted()).toEqual(
    [...unreadable].map((scan) => `${scan}.tif`).toSorted(),
  );
  const ingest = await kym(["ingest", "lab", "study.zarr", "--dry-run"], options);
  expect([ingest.exitCode === 0 || ingest.exitCode === 3, ingest.stderr]).toEqual([true, expect.anything()]);
  const adopt = await kymJson(["adopt", "study.zarr", "--dry-run"], options);
  const taken: readonly { readonly path: string }[] = adopt.data.adopted;
  expect(taken.map(({ path }) => path).toSorted()).toEqual([...adoptable].toSorted());
  const gc = await kymJson(["gc", "study.zarr"], options);
  expect([gc.ok, gc.data.proposed]).toEqual([true, []]);
  const index = await kym(["index", "study.zarr", "--dry-run"], options);
  expect(isSound ? [0] : [0, 3]).toContain(index.exitCode);
  for (const [path, bytes] of foreign) {
    expect([path, await isKept(week, path, bytes)]).toEqual([path, true]);
  }
}

/** How many images `kym ls` shows; it ends with 0 whatever other programs did. */
async function listedImages(dataset: string, options: { readonly cwd: string }): Promise<number> {
  const { exitCode, stdout, stderr } = await kym(["ls", dataset], options);
  expect([exitCode, stderr]).toEqual([0, expect.anything()]);
  return stdout.trimEnd().split("\n").length - 1;
}

/** Waits for both, also if one fails. */
async function both(...runs: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(runs)) {
    if (outcome.status === "rejected") {
      throw outcome.reason;
    }
  }
}

/** The files of a folder in which somebody writes: a folder may be gone when it is listed. */
async function filesInMotion(folder: string, below = ""): Promise<readonly string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => []);
  const files: string[] = [];
  for (const entry of entries) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    files.push(...(entry.isDirectory() ? await filesInMotion(folder, path) : [path]));
  }
  return files;
}

/** Whether bytes are still at their path or, where a command had to move them, somewhere in the dataset. */
async function isKept(week: Week, path: string, bytes: Uint8Array): Promise<boolean> {
  const isHere = async (name: string): Promise<boolean> =>
    await readFile(week.path(name)).then(
      (found) => found.equals(bytes),
      () => false,
    );
  if (await isHere(path)) {
    return true;
  }
  for (const name of await filesBelow(week.path())) {
    if (await isHere(name)) {
      return true;
    }
  }
  return false;
}

async function writeForeign(week: Week, path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(week.path(path)), { recursive: true });
  await writeFile(week.path(path), bytes);
  week.foreign.set(path, bytes);
}

async function removeForeign(week: Week, path: string): Promise<void> {
  await rm(week.path(path));
  week.foreign.delete(path);
  week.problems.delete(path);
}

function pick<T>(week: Week, items: readonly T[]): T {
  const item = items[Math.floor(week.random() * items.length)];
  if (item === undefined) {
    throw new Error("there is nothing to pick from");
  }
  return item;
}

/** Python's `json.dump` over the file, which truncates it in place; the same bytes where there is no Python. */
const editFromPython: Step = {
  name: "Python edits metadata in place",
  happen: async (week) => {
    const scan = pick(week, SCANS);
    const path = `${week.imageOf(scan)}/analysis/metadata.json`;
    const note = `seen by Python ${Math.floor(week.random() * 1000)}`;
    const code =
      "import json,sys; p=sys.argv[1]; d=json.load(open(p)); d['experiment_metadata']['note']=sys.argv[2]; json.dump(d,open(p,'w'))";
    const file = week.path(path);
    await run("python3", ["-c", code, file, note]).catch(async () => {
      const metadata = JSON.parse(await readFile(file, "utf8"));
      metadata.experiment_metadata.note = note;
      await writeFile(file, JSON.stringify(metadata));
    });
    week.foreign.set(path, await readFile(file));
    week.problems.set(path, ["modified_outside"]);
    week.adoptable.add(path);
    week.unreadable.add(scan);
  },
};

/** The lab writes again beside an image that was edited in the dataset: the edit stays, and the other images go on. */
const refreshOverEdits: Step = {
  name: "a refresh meets the edits",
  happen: async (week) => {
    for (const scan of SCANS) {
      await writeFile(join(week.cwd, "lab", `${scan}.json`), sidecarOf(scan, `of the rig ${week.random()}`));
    }
    const { data } = await kymJson(["refresh", "study.zarr", "lab"], week);
    const failed: readonly { readonly path: string }[] = data.failed;
    expect(failed.map(({ path }) => path).toSorted()).toEqual(
      [...week.unreadable].map((scan) => `${scan}.tif`).toSorted(),
    );
  },
};

const adoptEdits: Step = {
  name: "somebody adopts",
  happen: async (week) => {
    const { exitCode } = await kym(["adopt", "study.zarr"], week);
    expect(exitCode).toBe([...week.problems.keys()].every((path) => week.adoptable.has(path)) ? 0 : 3);
    for (const path of week.adoptable) {
      week.problems.delete(path);
    }
    week.adoptable.clear();
    week.unreadable.clear();
    // From now on the edits are ours as well, and a later commit may replace them.
    for (const path of [...week.foreign.keys()].filter((one) => one.endsWith("/metadata.json"))) {
      week.foreign.delete(path);
    }
  },
};

/** As zarr-python's `consolidate_metadata` leaves the root: the group as it was, with a block added. */
const consolidate: Step = {
  name: "zarr-python consolidates, and somebody puts the root back",
  happen: async (week) => {
    const root = week.path("zarr.json");
    const before = await readFile(root);
    const group = JSON.parse(before.toString());
    group.consolidated_metadata = { kind: "inline", must_understand: false, metadata: {} };
    await writeForeign(week, "zarr.json", Buffer.from(JSON.stringify(group, null, 2)));
    week.problems.set("zarr.json", ["modified_outside", "rewritten"]);
    const check = await kymJson(["check", "study.zarr"], week);
    expect(check.data.problems).toContainEqual(expect.objectContaining({ path: "zarr.json" }));
    expect((await kym(["ls", "study.zarr"], week)).exitCode).toBe(0);
    expect(await isKept(week, "zarr.json", week.foreign.get("zarr.json") ?? new Uint8Array())).toBe(true);
    await writeFile(root, before);
    week.foreign.delete("zarr.json");
    week.problems.delete("zarr.json");
  },
};

/** Two computers commit apart, and a sync client brings the files of the second one under names of its own. */
const syncConflict: Step = {
  name: "a sync client keeps a conflict",
  happen: async (week) => {
    const image = week.imageOf(pick(week, SCANS));
    const other = join(week.cwd, "other.zarr");
    const name = pick(week, ["(conflicted copy 2026-11-30)", "(1)", "- Copy"]);
    await cp(week.path(), other, { recursive: true });
    const before = await readdir(week.path("__commits"));
    for (const [where, by] of [
      [other, "the other"],
      [week.path(), "this one"],
    ] as const) {
      await using dataset = await openLocalDataset(where, { durability: "none" });
      await dataset.record(image.slice("images/".length)).saveJson("scored", { by, at: week.random() });
    }
    const [record = ""] = (await readdir(join(other, "__commits"))).filter(
      (one) => /^\d+\.json$/.test(one) && !before.includes(one),
    );
    const conflicted = `__commits/${record.slice(0, -".json".length)} ${name}.json`;
    const copy = `${image}/analysis/scored ${name}.json`;
    await writeForeign(week, conflicted, await readFile(join(other, "__commits", record)));
    await writeForeign(week, copy, await readFile(join(other, image, "analysis/scored.json")));
    await rm(other, { recursive: true });
    week.problems.set(conflicted, ["conflicted"]);
    week.problems.set(copy, ["conflicted"]);
    await saysTheTruth(week);
    const { data } = await kymJson(["check", "study.zarr"], week);
    const second = data.problems.find(({ path }: { readonly path: string }) => path === conflicted);
    expect(second.histories.onlyThere).toEqual([`${image}/analysis/scored.json: its bytes are at ${copy}`]);
    // Somebody has compared the two, and moves the copies away.
    await removeForeign(week, conflicted);
    await removeForeign(week, copy);
  },
};

/** Git for Windows checks the dataset out: with the file that a dataset writes nothing changes; without it, only line ends do. */
const gitCheckout: Step = {
  name: "git checks the dataset out with CRLF",
  happen: async (week) => {
    const edits = [...week.foreign.keys()];
    const attributes = await readFile(week.path(".gitattributes"));
    expect(attributes.toString()).toMatch(/^\* -text$/m);
    const changed: string[] = [];
    for (const path of await filesBelow(week.path())) {
      const bytes = await readFile(week.path(path));
      const text = bytes.toString("latin1");
      const isText = !bytes.includes(0) && !text.includes("\r") && text.includes("\n");
      if (isText && !edits.includes(path) && path !== ".gitattributes") {
        await writeFile(week.path(path), Buffer.from(text.replaceAll("\n", "\r\n"), "latin1"));
        changed.push(...(path.endsWith("latest.json") || path.startsWith("__staging/") ? [] : [path]));
      }
    }
    for (const path of changed) {
      week.problems.set(path, ["rewritten"]);
    }
    await saysTheTruth(week);
    const { exitCode } = await kym(["check", "study.zarr", "--repair"], week);
    for (const path of changed) {
      week.problems.delete(path);
    }
    expect(exitCode).toBe(week.problems.size === 0 ? 0 : 4);
  },
};

const systemFiles: Step = {
  name: "macOS, Windows and a sync client leave their files",
  happen: async (week) => {
    const names = [".DS_Store", "Thumbs.db", "desktop.ini", "._zarr.json", "~syncthing~zarr.json.tmp"];
    const image = week.imageOf(pick(week, SCANS));
    for (const folder of ["", "images", image, `${image}/attachments`, "tables", "__staging", "__commits"]) {
      for (const name of names) {
        await writeForeign(
          week,
          folder === "" ? name : `${folder}/${name}`,
          Buffer.from(`${name} of ${folder}`),
        );
      }
    }
    week.hasSystemFiles = true;
  },
};

/** A backup program copies file by file while somebody commits: the copy opens, or says what it lacks; the dataset is whole. */
const copyWhileWriting: Step = {
  name: "a copy is taken while somebody writes",
  happen: async (week) => {
    const copy = join(week.cwd, "copy.zarr");
    const id = week.imageOf(pick(week, SCANS)).slice("images/".length);
    const write = async (): Promise<void> => {
      await using dataset = await openLocalDataset(week.path(), { durability: "none" });
      for (let turn = 0; turn < 12; turn++) {
        await dataset.record(id).saveJson("backup", { turn, at: week.random() });
      }
    };
    const copyAll = async (): Promise<void> => {
      for (const path of await filesInMotion(week.path())) {
        await mkdir(dirname(join(copy, path)), { recursive: true });
        // What is gone by now is not in the copy.
        await cp(week.path(path), join(copy, path)).catch(() => undefined);
      }
    };
    await both(write(), copyAll());
    const { exitCode, stdout } = await kym(["check", "copy.zarr"], week);
    expect([0, 4]).toContain(exitCode);
    expect(stdout).toContain(exitCode === 0 ? "no problems" : "problem");
    expect(await listedImages("copy.zarr", week)).toBe(week.images);
    await rm(copy, { recursive: true });
  },
};

const secondWriter: Step = {
  name: "two people write at the same time",
  happen: async (week) => {
    const ids = SCANS.map((scan) => week.imageOf(scan).slice("images/".length));
    const writeAs = async (person: string): Promise<void> => {
      await using dataset = await openLocalDataset(week.path(), { durability: "none" });
      for (const id of ids) {
        await dataset.record(id).saveJson(`score_${person}`, { person });
      }
    };
    await both(writeAs("anna"), writeAs("ben"));
    await using dataset = await openLocalDataset(week.path(), { mode: "r" });
    for (const id of ids) {
      for (const person of ["anna", "ben"]) {
        expect(await dataset.record(id).loadJson(`score_${person}`)).toEqual({ person });
      }
    }
  },
};

/** A disk flips a byte of one scan; a copy of the file comes back later. */
const badSector: Step = {
  name: "a disk damages one scan",
  happen: async (week) => {
    const scan = pick(week, SCANS);
    const path = `${week.imageOf(scan)}/data/c/0/0`;
    const before = await readFile(week.path(path));
    const isNew = !week.unreadable.has(scan);
    await flipByte(week.path(path));
    week.problems.set(path, ["damaged"]);
    week.unreadable.add(scan);
    await saysTheTruth(week);
    await writeFile(week.path(path), before);
    week.problems.delete(path);
    if (isNew) {
      week.unreadable.delete(scan);
    }
  },
};

/** Every list shows an edited image, whatever it reads of it, and marks it. */
const listsBesideEdits: Step = {
  name: "somebody lists, asks and draws beside the edits",
  happen: async (week) => {
    await editFromPython.happen(week);
    const edited = SCANS.filter((scan) => week.foreign.has(`${week.imageOf(scan)}/analysis/metadata.json`));
    const { ok, data } = await kymJson(["ls", "study.zarr"], week);
    expect([ok, data.length]).toEqual([true, week.images]);
    const isMarked = (scan: string): boolean =>
      data.find(({ rel_path: path }: { readonly rel_path: string }) => path === `${scan}.tif`)
        .perhaps_changed;
    expect(edited.filter((scan) => !isMarked(scan))).toEqual([]);
    for (const args of [
      ["query", "study.zarr", "select image_id from images"],
      ["ls", "study.zarr", "--where", "px > 0"],
      ["show", "study.zarr", `${edited[0]}.tif`],
      ["random", "study.zarr"],
      ["report", "study.zarr", "-f", "-o", "report.html"],
    ]) {
      expect([args, (await kym(args, week)).exitCode]).toEqual([args, 0]);
    }
  },
};

/** A sync client brings the ledger of a machine that ingested more: its rows of images that the log never had are refused. */
const ledgerOfAnother: Step = {
  name: "the ledger of another machine arrives",
  happen: async (week) => {
    const other = join(week.cwd, "other.zarr");
    const extra = join(week.cwd, "extra");
    const ledger = "tables/sources.parquet";
    await cp(week.path(), other, { recursive: true });
    await mkdir(extra);
    const data = Uint8Array.from(
      { length: 60 },
      (_, at) => (at * 17 + Math.floor(week.random() * 200)) % 251,
    );
    await writeFile(join(extra, "s9.tif"), writeImageJTiff({ dtype: "uint8", shape: [10, 6], data }, {}));
    expect((await kym(["ingest", "extra", "other.zarr"], week)).exitCode).toBe(0);
    const before = await readFile(week.path(ledger));
    await writeForeign(week, ledger, await readFile(join(other, ledger)));
    week.problems.set(ledger, ["modified_outside"]);
    const { data: adopt } = await kymJson(["adopt", "study.zarr", "--dry-run"], week);
    expect(adopt.refused).toContainEqual({
      path: ledger,
      reason: expect.stringMatching(/names? (an image|images) that the log never had/),
    });
    await saysTheTruth(week);
    await writeFile(week.path(ledger), before);
    week.foreign.delete(ledger);
    week.problems.delete(ledger);
    await Promise.all([other, extra].map((folder) => rm(folder, { recursive: true })));
  },
};

/** The ledger of ingested files is lost: lists and ingest go on, and a repair makes it again from the images. */
const lostLedger: Step = {
  name: "a table is lost",
  happen: async (week) => {
    const ledger = "tables/sources.parquet";
    await rm(week.path(ledger));
    week.problems.set(ledger, ["missing"]);
    await saysTheTruth(week);
    for (const turn of [1, 2]) {
      const { exitCode } = await kym(["check", "study.zarr", "--repair"], week);
      week.problems.delete(ledger);
      expect([turn, exitCode]).toEqual([turn, week.problems.size === 0 ? 0 : 4]);
      await saysTheTruth(week);
    }
    const { data } = await kymJson(["ingest", "lab", "study.zarr", "--dry-run"], week);
    expect(data.ingested).toEqual([]);
  },
};

/** A copy has what was committed: the edits of other programs stay where they are. */
const kymCopy: Step = {
  name: "kym copies the dataset",
  happen: async (week) => {
    const { exitCode, stderr } = await kym(["copy", "study.zarr", "copied.zarr"], week);
    // What was committed is still in the history, and what was not is named, or nothing is copied.
    const paths = [...week.problems.keys()];
    expect([exitCode, paths.length === 0 || paths.some((path) => stderr.includes(path))]).toEqual([
      expect.toSatisfy((code) => code === 0 || (code === 4 && paths.length > 0)),
      true,
    ]);
    if (exitCode === 4) {
      await expect(readdir(join(week.cwd, "copied.zarr"))).rejects.toThrow("ENOENT");
      return;
    }
    expect((await kym(["check", "copied.zarr"], week)).exitCode).toBe(0);
    await rm(join(week.cwd, "copied.zarr"), { recursive: true });
  },
};

const moveFolder: Step = {
  name: "the folder is moved and comes back",
  happen: async (week) => {
    const elsewhere = join(week.cwd, "moved.zarr");
    await rename(week.path(), elsewhere);
    expect((await kym(["ls", "moved.zarr"], week)).exitCode).toBe(0);
    await rename(elsewhere, week.path());
  },
};

/** In the order in which they are listed; {@link orderOfWeek} shuffles them. */
export const STEPS: readonly Step[] = [
  editFromPython,
  refreshOverEdits,
  adoptEdits,
  consolidate,
  syncConflict,
  gitCheckout,
  systemFiles,
  copyWhileWriting,
  secondWriter,
  badSector,
  listsBesideEdits,
  ledgerOfAnother,
  lostLedger,
  kymCopy,
  moveFolder,
];

/** Every step once, in an order of the seed, and edits from Python before each third step. */
export function orderOfWeek({ random }: Pick<Week, "random">): readonly Step[] {
  const order = STEPS.map((step) => ({ step, at: random() })).toSorted((a, b) => a.at - b.at);
  return order.flatMap(({ step }, index) => (index % 3 === 2 ? [editFromPython, step] : [step]));
}
