import {
  type Actor,
  type ActorKind,
  type Disk,
  type Ghost,
  idOf,
  isAtRest,
  movesOf,
  type Names,
  newActor,
  type Protocol,
  packed,
  parentOf,
  type Rules,
  slotRecord,
  type World,
} from "./log-model.ts";

export interface LogActor {
  readonly kind: ActorKind;
  /** How many commits it makes. Default 1. */
  readonly commits?: number;
  /** It fell asleep when it had read so many records, a writer just before it kept history. Default: all, and it looks for more. */
  readonly known?: number;
}

export interface LogScenario {
  readonly name: string;
  /** The records that are there at first, each claimed by one method. */
  readonly before: readonly ("file" | "folder")[];
  readonly actors: readonly LogActor[];
  /** The versions of a block, and how many at the end of the log are not packed. Default 1 and 1. */
  readonly blockVersions?: number;
  readonly keptVersions?: number;
  /** How often a writer runs its transaction. Default 2. */
  readonly maxRuns?: number;
  readonly mayLie?: boolean;
}

export interface LogExploration {
  readonly states: number;
  /** Different disks after a power cut at any state. */
  readonly cuts: number;
  /** Disks, also after a power cut, that lack a commit which must be there, or history that a record names. */
  readonly lost: number;
  /** Disks on which slots of packed versions are left when all is quiet. */
  readonly stray: number;
  /** States in which a reader that slept did not get what was there when it began. */
  readonly unreadable: number;
  /** States or disks with two logs, or with one transaction twice. */
  readonly forked: number;
  /** Disks on which the next writer gets nowhere. */
  readonly stuck: number;
}

type Verdict = "sound" | "lost" | "stray" | "forked" | "stuck";

interface State {
  readonly world: World;
  readonly actors: readonly Actor[];
}

/** Explores every interleaving; judges every disk, as it is and as each power cut leaves it; lets one more writer come to each. */
export function exploreLog(protocol: Protocol, scenario: LogScenario): LogExploration {
  const { blockVersions = 1, keptVersions = 1, maxRuns = 2, mayLie = false } = scenario;
  const rules: Rules = { protocol, blockVersions, keptVersions, maxRuns, mayLie };
  const found = { states: 0, cuts: 0, lost: 0, stray: 0, unreadable: 0, forked: 0, stuck: 0 };
  const judged = new Map<string, Verdict>();
  const judge = (names: Names, ghost: Ghost, isCut: boolean): void => {
    const key = JSON.stringify([sorted(names), ghost.truth, isCut ? ghost.acknowledged : "all"]);
    if (judged.has(key)) {
      return;
    }
    const verdict = verdictOn(names, ghost, isCut, rules);
    judged.set(key, verdict);
    found.cuts += isCut ? 1 : 0;
    if (verdict !== "sound") {
      found[verdict]++;
    }
  };
  const start = startOf(scenario);
  const seen = new Set([keyOf(start)]);
  const queue = [start];
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    found.states++;
    const { world, actors } = state;
    if (world.ghost.fault !== "") {
      found[world.ghost.fault]++;
      continue;
    }
    judge(world.disk.now, world.ghost, false);
    for (const names of cutsOf(world.disk)) {
      judge(names, world.ghost, true);
    }
    for (const [index, actor] of actors.entries()) {
      if (isAtRest(actor)) {
        continue;
      }
      const commits = scenario.actors[index]?.commits ?? 1;
      for (const [nextWorld, nextActor] of movesOf(world, actor, String(index + 1), rules, commits)) {
        const next: State = { world: nextWorld, actors: actors.with(index, nextActor) };
        const key = keyOf(next);
        if (!seen.has(key)) {
          seen.add(key);
          queue.push(next);
        }
      }
    }
  }
  return found;
}

function startOf({ before, actors }: LogScenario): State {
  const ids = before.map((_, index) => `0.${index}.0`);
  const names = Object.fromEntries([
    ...before.map((kind, index) => [`s${index + 1}`, `${kind} ${ids[index]}|${ids[index - 1] ?? ""}`]),
    ...ids.slice(0, -1).map((id) => [`h${id}`, "kept"]),
  ]);
  return {
    world: {
      disk: { now: names, safe: names },
      ghost: { truth: ids, acknowledged: ids.length, fault: "" },
    },
    actors: actors.map(({ kind, known }) => {
      const actor = newActor(kind, ids.slice(0, known));
      return known === undefined || kind === "reader" ? actor : { ...actor, step: "keep" };
    }),
  };
}

/** Every disk that a power cut can leave but the one that is there now. */
function cutsOf({ now, safe }: Disk): readonly Names[] {
  const names = new Set([...Object.keys(now), ...Object.keys(safe)]);
  const differing = [...names].filter((name) => now[name] !== safe[name]);
  let cuts: readonly Names[] = [now];
  for (const name of differing) {
    const before = safe[name];
    cuts = cuts.flatMap((cut) => {
      const others = Object.fromEntries(Object.entries(cut).filter(([other]) => other !== name));
      return [cut, before === undefined ? others : { ...others, [name]: before }];
    });
  }
  return cuts.slice(1);
}

/** Whether all is there that must be, and whether the next writer, alone, can commit and leaves no slot of a packed version. */
function verdictOn(names: Names, ghost: Ghost, isCut: boolean, rules: Rules): Verdict {
  const log = readLog(names, rules);
  if (log.some((id, index) => id !== ghost.truth[index])) {
    return "forked";
  }
  const isHistoryWhole = log.slice(0, -1).every((id) => names[`h${id}`] !== undefined);
  if (log.length < (isCut ? ghost.acknowledged : ghost.truth.length) || !isHistoryWhole) {
    return "lost";
  }
  // Where no writer was acknowledged, the versions that a power cut took may be claimed anew.
  let world: World = {
    disk: { now: names, safe: names },
    ghost: { truth: log, acknowledged: log.length, fault: "" },
  };
  let writer = newActor("folder", []);
  while (!isAtRest(writer)) {
    const move = movesOf(world, writer, "next", { ...rules, mayLie: false }, 1)[0];
    if (move === undefined) {
      throw new Error("a writer that is alone always has a move");
    }
    [world, writer] = move;
    if (world.ghost.fault !== "") {
      return world.ghost.fault === "forked" ? "forked" : "stuck";
    }
  }
  if (writer.step === "failed") {
    return "stuck";
  }
  const after = readLog(world.disk.now, rules);
  if (after.length !== log.length + 1 || after.at(-1) !== "next.0.0") {
    return "lost";
  }
  const isLeft = after.some(
    (_, index) =>
      packed(world.disk.now, index + 1, rules) !== "" && world.disk.now[`s${index + 1}`] !== undefined,
  );
  return isLeft ? "stray" : "sound";
}

/** What a reader that comes when all is quiet takes for the log. */
function readLog(names: Names, rules: Rules): readonly string[] {
  const log: string[] = [];
  for (;;) {
    const version = log.length + 1;
    const [file, pack] = [slotRecord(names, version), packed(names, version, rules)];
    const record = rules.protocol === "readers prefer files" ? file || pack : pack || file;
    if (record === "" || parentOf(record) !== (log.at(-1) ?? "")) {
      return log;
    }
    log.push(idOf(record));
  }
}

function keyOf({ world, actors }: State): string {
  const { disk, ghost } = world;
  return JSON.stringify([
    sorted(disk.now),
    sorted(disk.safe),
    Object.values(ghost),
    actors.map(Object.values),
  ]);
}

function sorted(names: Names): readonly (readonly [string, string])[] {
  return Object.entries(names).sort(([a], [b]) => (a < b ? -1 : 1));
}
