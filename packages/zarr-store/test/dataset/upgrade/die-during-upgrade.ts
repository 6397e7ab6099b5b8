/** Writers that die at a step of the upgrade, and what they leave. */
import { expect } from "vitest";
import type { CommitStep } from "../../../src/index.ts";
import { checkLocalDataset, nodeRuntime } from "../../../src/node/index.ts";
import {
  BEFORE,
  contentsOf,
  copyVersion2,
  logOf,
  open,
  rootVersion,
  save,
  UPGRADE,
  withJson,
} from "./version-2-copy.ts";

/**
 * Lets a writer die each time that the upgrade comes to one of these steps; all of them without a list. After each death the
 * dataset is whole, and the next writer goes on. Returns the versions that were left.
 */
export async function dieDuringUpgrade(only?: readonly CommitStep[]): Promise<ReadonlySet<2 | 3>> {
  const steps = await stepsOfUpgrade();
  expect(steps).toEqual(
    expect.arrayContaining(["synced", "before-link", "linked", "publish-put", "published"]),
  );
  const versions = new Set<2 | 3>();
  for (const [at, step] of steps.entries()) {
    if (only === undefined || only.includes(step)) {
      versions.add(await dieAndGoOn(at, `died at step ${at}, ${step}`));
    }
  }
  return versions;
}

async function dieAndGoOn(at: number, name: string): Promise<2 | 3> {
  const folder = await copyVersion2();
  await dieAt(folder, at);
  const log = (await logOf(folder)).slice(BEFORE);
  const isUpgraded = log.length > 0;
  expect(
    log.map(({ message, format }) => [message, format]),
    name,
  ).toEqual(isUpgraded ? [[UPGRADE, 2]] : []);
  expect(await contentsOf(folder), name).toEqual(withJson());
  expect((await checkLocalDataset(folder)).problems, name).toEqual([]);

  await using next = await open(folder);
  await save(next, "next");
  expect(await contentsOf(folder), name).toEqual(withJson("next"));
  const messages = (await logOf(folder)).map(({ message }) => message).slice(BEFORE);
  expect(messages, name).toEqual([UPGRADE, "save next of stack"]);
  expect(await rootVersion(folder), name).toBe(3);
  expect((await checkLocalDataset(folder)).problems, name).toEqual([]);
  return isUpgraded ? 3 : 2;
}

/** The steps of the upgrade's own commit, in order; that of the first `save` comes after it. */
async function stepsOfUpgrade(): Promise<readonly CommitStep[]> {
  const found: CommitStep[] = [];
  await using dataset = await open(await copyVersion2(), { onStep: (step) => void found.push(step) });
  await save(dataset, "one");
  return found.slice(0, found.indexOf("published", found.indexOf("linked")) + 1);
}

/** Runs a writer of another host up to its step of that number, where it stays for ever. */
async function dieAt(folder: string, at: number): Promise<void> {
  const runtime = {
    ...nodeRuntime(),
    writer: { host: "gone", pid: 1, started: "then" },
    writerState: () => "dead" as const,
  };
  await new Promise<void>((resolve, reject) => {
    let count = 0;
    const onStep = (): Promise<never> | undefined => {
      if (count++ !== at) {
        return undefined;
      }
      resolve();
      return new Promise<never>(() => undefined);
    };
    open(folder, { onStep, runtime })
      .then((dataset) => save(dataset, "one"))
      .then(() => reject(new Error("it did not die")), reject);
  });
}
