// Reading an OIR of 1 GiB whole, by time and by greatest memory, beside oirfile.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { hasFluoViewReaders, runFluoViewReaders } from "../../test/interop/olympus/fluoview-readers.ts";
import type { Goal, Sample, SideSamples } from "../goals/goal.ts";
import { runSides, type Side } from "../goals/run-sides.ts";
import { writeOir } from "../inputs/made-oir.ts";
import type { Room, RoomPlace } from "./room.ts";

const MEGABYTES = { full: 1024, short: 96 };
const TINY_MEGABYTES = 1;
const MOST_MEMORY = 1.2;
const OURS = "ours";
const OIRFILE = "oirfile";
const OUR_MEMORY = "our memory";
const TINY_MEMORY = "our memory, of 1 MiB";
const THEIR_MEMORY = "oirfile's memory";

interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
  readonly sha256: string;
}

export const oirRoom: Room = {
  name: "oir",
  title: "Reading an OIR of 1 GiB",
  rounds: 3,
  isOnRequest: true,
  goals: ({ isShort }) => {
    const megabytes = isShort ? MEGABYTES.short : MEGABYTES.full;
    const atMost = Math.floor((MOST_MEMORY * megabytes * 2 ** 20) / 1e6);
    return [
      { id: "oir.time", what: "time", subject: OURS, peer: OIRFILE, bound: { kind: "as fast", atLeast: 1 } },
      memoryGoal("oir.memory", "memory above that of 1 MiB", OUR_MEMORY, atMost),
      {
        ...memoryGoal("oir.memory.oirfile", "memory of oirfile", THEIR_MEMORY, atMost),
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
  const large = join(memory, "large.oir");
  const tiny = join(memory, "tiny.oir");
  writeOir(large, isShort ? MEGABYTES.short : MEGABYTES.full);
  writeOir(tiny, TINY_MEGABYTES);
  const hasPeer = await hasFluoViewReaders();
  const digests = new Set<string>();
  const memories = new Map<string, Sample[]>([
    [OUR_MEMORY, []],
    [TINY_MEMORY, []],
    [THEIR_MEMORY, []],
  ]);
  const keep = (name: string, { peakBytes }: Taken): void => {
    memories.get(name)?.push({ value: peakBytes / 1e6 });
  };
  const sample = ({ ms, cpuMs, sha256 }: Taken): Sample => {
    digests.add(sha256);
    return { value: ms, cpuMs };
  };
  const sides: Side[] = [
    {
      name: OURS,
      run: async () => {
        keep(TINY_MEMORY, ours(tiny));
        const taken = ours(large);
        keep(OUR_MEMORY, taken);
        return sample(taken);
      },
    },
  ];
  if (hasPeer) {
    sides.push({
      name: OIRFILE,
      run: async () => {
        const taken = await theirs(large);
        keep(THEIR_MEMORY, taken);
        return sample(taken);
      },
    });
  } else {
    note("oirfile is left out: it needs Python 3.12.");
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
  const script = new URL("../peers/oirfile_peer.py", import.meta.url);
  return JSON.parse(await runFluoViewReaders(script, [path]));
}
