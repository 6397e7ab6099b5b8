// A place where each call takes five milliseconds, as on a network drive, by the library of the soak suite.

import { execFileSync } from "node:child_process";
import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { KillShim } from "../../packages/zarr-store/test/commit/every-call/kill-shim.ts";
import type { Goal, SideSamples } from "../goals/goal.ts";
import { runProgram, runSides, type Side } from "../goals/run-sides.ts";
import { writeTiffFolder } from "../inputs/tiff-folder.ts";
import { makeStudy } from "../measures/commit.ts";
import type { Room, RoomPlace } from "./room.ts";

const SIZES = { full: { tiffs: 40, images: 1000 }, short: { tiffs: 10, images: 100 } };
const DELAY_US = 5000;
const CHILD = join(import.meta.dirname, "../children/slow-child.ts");
const COPY = "copying the same files by Node, each flushed";
const NOTHING = "node -e 0";
const TASKS = ["open", "save", "ingest"] as const;
const WHAT = {
  open: "opening, on a slow place",
  save: "opening and one small save, on a slow place",
  ingest: "ingest of TIFFs, on a slow place",
} as const;

export const slowRoom: Room = {
  name: "slow",
  title: "A place where each call takes 5 ms",
  rounds: 3,
  goals: () =>
    TASKS.map(
      (task): Goal => ({
        id: `slow.${task}`,
        what: WHAT[task],
        subject: task,
        peer: task === "ingest" ? COPY : NOTHING,
        bound: { kind: "beside" },
      }),
    ),
  measure,
};

async function measure({ memory, rounds, isShort, note }: RoomPlace): Promise<SideSamples> {
  const whyNot = await KillShim.whyNot();
  if (whyNot !== undefined) {
    note(`Not measured: ${whyNot}`);
    return new Map();
  }
  const { tiffs, images } = isShort ? SIZES.short : SIZES.full;
  const study = join(memory, "study");
  const place = join(memory, "slow");
  writeTiffFolder(study, tiffs);
  const prepared = join(memory, "prepared.zarr");
  await makeStudy({ createNdArray, openLocalDataset }, prepared, images);
  return KillShim.with(async (shim) => {
    const countTo = join(memory, "count");
    const env = {
      ...shim.environment({ folder: place, hasLinks: true, countTo }),
      KYM_SHIM_DELAY_US: String(DELAY_US),
    };
    const node = [process.execPath, "--conditions=@kym/source", "--disable-warning=ExperimentalWarning"];
    const sideOf = (name: string, task: string): Side => ({
      name,
      before: async () => {
        await rm(place, { recursive: true, force: true });
        await cp(prepared, join(place, "study.zarr"), { recursive: true });
      },
      run: () => runProgram({ command: [node[0] ?? "", ...node.slice(1), CHILD, task, place, study], env }),
    });
    const counts: string[] = [];
    for (const task of TASKS) {
      await sideOf(task, task).before?.();
      // Not under bash, which would count its own calls last.
      execFileSync(node[0] ?? "", [...node.slice(1), CHILD, task, place, study], { env, stdio: "ignore" });
      counts.push(`${task} ${await readFile(countTo, "utf8")}`);
    }
    note(
      `${images} images, and ${tiffs} TIFFs to ingest. Calls that change something: ${counts.join(", ")}.`,
    );
    note(
      `System: ${execFileSync("uname", ["-sr"], { encoding: "utf8" }).trim()}; delayed are calls that open, read, write, flush, link, rename, make or remove a file there.`,
    );
    return runSides(
      rounds,
      [
        ...TASKS.map((task) => sideOf(task, task)),
        sideOf(COPY, "copy"),
        { name: NOTHING, run: () => runProgram({ command: [process.execPath, "-e", "0"] }) },
      ],
      { warmUps: 0 },
    );
  });
}
