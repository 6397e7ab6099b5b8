// Starts shards as processes at one moment on a dataset that is not there yet, and looks at what they made.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { openLocalDataset } from "@kym/zarr-store/node";
import { seededRandom } from "../../apps/demos/src/simulator/random.ts";

export interface BeginTogether {
  readonly rounds: number;
  readonly processes: number;
  readonly images: number;
  /** Of the pauses before a process begins, in every second round. */
  readonly seed: string;
}

export interface Begun {
  /** What the processes said went wrong. */
  readonly faults: readonly string[];
  /** How often each image is in the dataset, by path. */
  readonly found: Readonly<Record<string, number>>;
  readonly problems: readonly unknown[];
  /** How often a file was read, beyond once. */
  readonly readAgain: number;
  readonly version: number;
}

/** Runs so many rounds, each on a path that is not there yet. The processes are started once, and wait for a word each round. */
export async function beginTogether({
  rounds,
  processes,
  images,
  seed,
}: BeginTogether): Promise<readonly Begun[]> {
  const random = seededRandom(seed);
  const work = await mkdtemp(join(tmpdir(), "kym-together-"));
  const script = fileURLToPath(new URL("shard-worker.ts", import.meta.url));
  const children = Array.from({ length: processes }, (_, index) =>
    spawn(process.execPath, ["--conditions=@kym/source", script, work, `${index}`, `${processes}`], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    }),
  );
  try {
    for (let index = 0; index < images; index++) {
      const data = Uint16Array.from({ length: 12 }, (_, pixel) => index * 100 + pixel);
      await writeFile(join(work, `${index}.tif`), writeImageJTiff({ dtype: "uint16", shape: [4, 3], data }));
    }
    await Promise.all(children.map((child) => once(child, "message")));
    const begun: Begun[] = [];
    for (let round = 0; round < rounds; round++) {
      const path = join(work, `${round}.zarr`);
      const answers = children.map((child) => once(child, "message"));
      for (const child of children) {
        child.send({ path, pauseMs: round % 2 === 0 ? 0 : 30 * random.uniform() });
      }
      const said = (await Promise.all(answers)).map(
        ([answer]: readonly { readonly fault?: string; readonly reads: number }[]) => answer,
      );
      await using dataset = await openLocalDataset(path, { mode: "r" });
      const found: Record<string, number> = {};
      for (const row of await dataset.loadSourcesIndex()) {
        found[String(row.source_rel_path)] = (found[String(row.source_rel_path)] ?? 0) + 1;
      }
      const { problems } = await dataset.check();
      begun.push({
        faults: said.flatMap((answer) => (answer?.fault === undefined ? [] : [answer.fault])),
        ...{ found, problems, version: dataset.version },
        readAgain: said.reduce((sum, answer) => sum + (answer?.reads ?? 0), 0) - images,
      });
    }
    return begun;
  } finally {
    for (const child of children) {
      child.kill("SIGKILL");
    }
    await rm(work, { recursive: true, force: true });
  }
}
