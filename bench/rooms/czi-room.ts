// Reading a CZI of 1 GiB whole, by time and by greatest memory, beside czifile.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { hasPython, runPython } from "../../test/interop/python-environment.ts";
import type { Goal, Sample, SideSamples } from "../goals/goal.ts";
import { runSides, type Side } from "../goals/run-sides.ts";
import { writeCzi } from "../inputs/made-czi.ts";
import type { Room, RoomPlace } from "./room.ts";

const MEGABYTES = { full: 1024, short: 96 };
const TINY_MEGABYTES = 1;
const MOST_MEMORY = 1.2;
const OURS = "ours";
const CZIFILE = "czifile, one thread";
const OUR_MEMORY = "our memory";
const TINY_MEMORY = "our memory, of 1 MiB";
const THEIR_MEMORY = "czifile's memory";

interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
  readonly sha256: string;
}

export const cziRoom: Room = {
  name: "czi",
  title: "Reading a CZI of 1 GiB",
  rounds: 3,
  isOnRequest: true,
  goals: ({ isShort }) => {
    const megabytes = isShort ? MEGABYTES.short : MEGABYTES.full;
    const atMost = (MOST_MEMORY * megabytes * 2 ** 20) / 1e6;
    return [
      { id: "czi.time", what: "time", subject: OURS, peer: CZIFILE, bound: { kind: "as fast", atLeast: 1 } },
      memoryGoal("czi.memory", "memory above that of 1 MiB", OUR_MEMORY, atMost),
      {
        ...memoryGoal("czi.memory.czifile", "memory of czifile", THEIR_MEMORY, atMost),
        bound: { kind: "beside" },
      },
    ];
  },
  measure,
};

function memoryGoal(id: string, what: string, subject: string, atMost: number): Goal {
  return { id, what, subject, peer: TINY_MEMORY, bound: { kind: "above", atMost, unit: "MB" } };
}

async function measure({ memory, rounds, isShort, note }: RoomPlace): Promise<SideSamples> {
  const large = join(memory, "large.czi");
  const tiny = join(memory, "tiny.czi");
  writeCzi(large, isShort ? MEGABYTES.short : MEGABYTES.full);
  writeCzi(tiny, TINY_MEGABYTES);
  const digests = new Set<string>();
  const memories = new Map<string, Sample[]>(
    [OUR_MEMORY, TINY_MEMORY, THEIR_MEMORY].map((name) => [name, []]),
  );
  const take = (name: string, { ms, cpuMs, peakBytes, sha256 }: Taken): Sample => {
    memories.get(name)?.push({ value: peakBytes / 1e6 });
    if (name !== TINY_MEMORY) {
      digests.add(sha256);
    }
    return { value: ms, cpuMs };
  };
  const sides: Side[] = [
    {
      name: OURS,
      run: async () => {
        take(TINY_MEMORY, ours(tiny));
        return take(OUR_MEMORY, ours(large));
      },
    },
  ];
  if (await hasPython()) {
    sides.push({ name: CZIFILE, run: async () => take(THEIR_MEMORY, await theirs(large)) });
  } else {
    note("czifile is left out: there is no Python.");
  }
  const samples = await runSides(rounds, sides, { warmUps: 0 });
  if (digests.size !== 1) {
    throw new Error("the readers give other pixels");
  }
  return new Map([...samples, ...memories]);
}

function ours(path: string): Taken {
  const child = join(import.meta.dirname, "../children/recording-child.ts");
  const flags = ["--conditions=@kym/source", "--disable-warning=ExperimentalWarning"];
  return JSON.parse(execFileSync(process.execPath, [...flags, child, path], { encoding: "utf8" }));
}

async function theirs(path: string): Promise<Taken> {
  return JSON.parse(await runPython(new URL("../peers/czifile_peer.py", import.meta.url), [path]));
}
