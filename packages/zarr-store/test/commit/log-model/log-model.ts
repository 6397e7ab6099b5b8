/**
 * A model of how versions are claimed, packed and read, without the writer lock, so every writer may have slept and lost it. It is
 * a state machine of small atomic steps over the names below `__commits` and `__history`. Each commit replaces the one object of
 * the dataset, so each record names the bytes of the commit before it, which have to be in history.
 *
 * - `full` is the protocol.
 * - The others each leave out one thing. Each must come out bad in some scenario, or the model sees nothing.
 */
export type Protocol =
  | "full"
  | "claims by the rename of a file"
  | "records go before their pack is flushed"
  | "no look for a pack after a claim"
  | "a pack is not asked whose record it holds"
  | "readers prefer files"
  | "readers look for a pack, then for a file"
  | "packs are named without another look for one"
  | "history is written after the claim"
  | "history that is there is not flushed again";

/** A name is a slot `s<version>`, a pack `p<first version>` or history `h<id>`; what it holds is text, as written below. */
export type Names = Readonly<Record<string, string>>;

export interface Disk {
  readonly now: Names;
  /** What a power cut leaves for certain. Each name that differs is afterwards as it is in one or in the other. */
  readonly safe: Names;
}

export interface Rules {
  readonly protocol: Protocol;
  /** The versions of a block, which begins at 2, 2 + so many, …: record 1 is never packed. */
  readonly blockVersions: number;
  /** So many versions at the end of the log are not packed. */
  readonly keptVersions: number;
  /** How often a writer runs its transaction before it gives up. */
  readonly maxRuns: number;
  /** A claim that works may be answered as if the name were taken. */
  readonly mayLie: boolean;
}

/** `link` makes a slot a file, `folder` makes it a folder; a reader only looks. */
export type ActorKind = "link" | "folder" | "reader";

type Step =
  | "look at slot"
  | "look at pack"
  | "keep"
  | "flush history"
  | "claim"
  | "whose"
  | "covered"
  | "take back"
  | "flush log"
  | "find pack"
  | "gather"
  | "look again"
  | "name pack"
  | "flush pack"
  | "remove"
  | "late flush"
  | "done"
  | "failed";

export interface Actor {
  readonly kind: ActorKind;
  readonly step: Step;
  /** The records that it has read, `<id>` each: its log up to its head. */
  readonly known: readonly string[];
  /** What the slot held when it looked, or the records that it has gathered for a pack. */
  readonly seen: string;
  /** The version that it claims, gathers or removes. */
  readonly version: number;
  readonly run: number;
  readonly commit: number;
  /** How many records there were when it began to read; 0 before that. */
  readonly began: number;
}

/** What the model knows and no actor does. */
export interface Ghost {
  /** The ids of the records that were claimed at the end of the log, in order. */
  readonly truth: readonly string[];
  /** How many of them were acknowledged. */
  readonly acknowledged: number;
  /** `forked`: two logs, or one transaction twice. `unreadable`: a reader could not get what was there when it began. */
  readonly fault: "" | "forked" | "unreadable";
}

export interface World {
  readonly disk: Disk;
  readonly ghost: Ghost;
}

export type Move = readonly [World, Actor];

export const newActor = (kind: ActorKind, known: readonly string[]): Actor => ({
  kind,
  step: "look at slot",
  known,
  seen: "",
  version: 0,
  run: 0,
  commit: 0,
  began: 0,
});

export const isAtRest = ({ step }: Actor): boolean => step === "done" || step === "failed";

/** A record is `<id>|<parent's id>`, an id `<actor>.<commit>.<run>`; a slot is `file <record>`, `folder <record>` or `folder`. */
const recordIn = (slot: string | undefined): string => slot?.split(" ")[1] ?? "";
export const idOf = (record: string): string => record.split("|")[0] ?? "";
export const parentOf = (record: string): string => record.split("|")[1] ?? "";
const transactionOf = (id: string): string => id.split(".", 2).join(".");

const firstOfBlock = (version: number, { blockVersions }: Rules): number =>
  version - ((version - 2) % blockVersions);
const packName = (version: number, rules: Rules): string => `p${firstOfBlock(version, rules)}`;

/** The record of a version in its pack; empty where there is no pack. A pack is its records, in order. */
export function packed(names: Names, version: number, rules: Rules): string {
  const pack = version < 2 ? undefined : names[packName(version, rules)];
  return pack?.split(",")[version - firstOfBlock(version, rules)] ?? "";
}

export const slotRecord = (names: Names, version: number): string => recordIn(names[`s${version}`]);

const put = ({ now, safe }: Disk, name: string, held: string): Disk => ({
  now: { ...now, [name]: held },
  safe,
});

const remove = ({ now, safe }: Disk, name: string): Disk => ({
  now: Object.fromEntries(Object.entries(now).filter(([other]) => other !== name)),
  safe,
});

/** Flushes one folder: `h` is history, all else is the log. */
function flush({ now, safe }: Disk, isHistory: boolean): Disk {
  const isOfIt = ([name]: readonly [string, string]): boolean => name.startsWith("h") === isHistory;
  const kept = Object.entries(safe).filter((entry) => !isOfIt(entry));
  return { now, safe: Object.fromEntries([...kept, ...Object.entries(now).filter(isOfIt)]) };
}

/** The moves that one actor can make next: one, or two where an answer may lie. */
export function movesOf(
  world: World,
  actor: Actor,
  me: string,
  rules: Rules,
  commits: number,
): readonly Move[] {
  const { disk, ghost } = world;
  const { protocol } = rules;
  const to = (step: Step, change: Partial<Actor> = {}): Actor => ({ ...actor, ...change, step });
  const onDisk = (changed: Disk): World => ({ disk: changed, ghost });
  const id = `${me}.${actor.commit}.${actor.run}`;
  const next = actor.known.length + 1;
  switch (actor.step) {
    case "look at slot":
    case "look at pack":
      return [read(world, { ...actor, began: actor.began || ghost.truth.length }, rules)];
    case "keep": {
      const name = `h${actor.known.at(-1)}`;
      const isThere = disk.now[name] !== undefined;
      const after =
        isThere && protocol === "history that is there is not flushed again" ? "claim" : "flush history";
      return [[onDisk(put(disk, name, "kept")), to(after)]];
    }
    case "flush history":
      return [[onDisk(flush(disk, true)), to(isHistoryLate(rules) ? "flush log" : "claim")]];
    case "claim":
      return claim(world, to("claim", { version: next }), id, rules);
    case "whose": {
      const isMine = idOf(slotRecord(disk.now, actor.version)) === id;
      return [[world, to("covered", { seen: isMine ? "mine" : "" })]];
    }
    case "covered": {
      const holder =
        protocol === "no look for a pack after a claim" ? "" : packed(disk.now, actor.version, rules);
      const isOurs = idOf(holder) === id && protocol !== "a pack is not asked whose record it holds";
      if (isOurs || (holder === "" && actor.seen === "mine")) {
        return [[world, to(isHistoryLate(rules) ? "keep" : "flush log")]];
      }
      return [[world, actor.seen === "mine" ? to("take back") : runAgain(actor, rules)]];
    }
    case "take back":
      return [removeSlot(world, actor, () => runAgain(actor, rules))];
    case "flush log":
      return [acknowledge(onDisk(flush(disk, false)), actor, id, rules, commits)];
    default:
      return [pack(world, actor, rules, commits)];
  }
}

const isHistoryLate = ({ protocol }: Rules): boolean => protocol === "history is written after the claim";

const atRest = ({ kind }: Actor, step: "done" | "failed"): Actor => ({ ...newActor(kind, []), step });

function runAgain(actor: Actor, { maxRuns }: Rules): Actor {
  const run = actor.run + 1;
  return run >= maxRuns
    ? atRest(actor, "failed")
    : { ...actor, step: "look at slot", seen: "", version: 0, began: 0, run };
}

/** Reads the next record: the slot, then the pack, which decides. Without either, the log ends here. */
function read(world: World, actor: Actor, rules: Rules): Move {
  const { now } = world.disk;
  const version = actor.known.length + 1;
  const isAtSlot = actor.step === "look at slot";
  if (rules.protocol === "readers look for a pack, then for a file") {
    // The steps change places: the first look is at the pack.
    const found = isAtSlot ? packed(now, version, rules) : slotRecord(now, version);
    return isAtSlot && found === ""
      ? [world, { ...actor, step: "look at pack" }]
      : take(world, actor, found, rules);
  }
  const slot = isAtSlot ? slotRecord(now, version) : actor.seen;
  if (rules.protocol === "readers prefer files" && isAtSlot && slot !== "") {
    return take(world, actor, slot, rules);
  }
  return isAtSlot
    ? [world, { ...actor, step: "look at pack", seen: slot }]
    : take(world, actor, packed(now, version, rules) || slot, rules);
}

function take({ disk, ghost }: World, actor: Actor, found: string, rules: Rules): Move {
  const read = found === "" ? actor.known : [...actor.known, idOf(found)];
  const follows = found === "" || parentOf(found) === (actor.known.at(-1) ?? "");
  const isEnd = found === "" || !follows;
  const isSame = read.every((id, index) => ghost.truth[index] === id);
  const isShort = isEnd && read.length < actor.began;
  const fault = !follows || isShort ? "unreadable" : isSame ? "" : "forked";
  const after: World = { disk, ghost: { ...ghost, fault } };
  if (isEnd && actor.kind === "reader") {
    return [after, atRest(actor, "done")];
  }
  const then: Step = isHistoryLate(rules) ? "claim" : "keep";
  return [after, { ...actor, step: isEnd ? then : "look at slot", seen: "", known: read }];
}

/** One exclusive step. A file renamed to the name is not one: it overwrites. */
function claim({ disk, ghost }: World, actor: Actor, id: string, rules: Rules): readonly Move[] {
  const { version, kind } = actor;
  const name = `s${version}`;
  const held = disk.now[name];
  const parent = actor.known.at(-1) ?? "";
  const isOverwriting = rules.protocol === "claims by the rename of a file";
  // An empty folder is replaced by the rename of a folder, and is in the way of a link.
  const isFree = held === undefined || (held === "folder" && kind === "folder");
  if (!isFree && !isOverwriting) {
    return [
      [
        { disk, ghost },
        { ...actor, step: "whose" },
      ],
    ];
  }
  const isAtEnd = version === ghost.truth.length + 1;
  const isDouble = ghost.truth.some((other) => transactionOf(other) === transactionOf(id));
  const isFork = isAtEnd && (isDouble || parent !== ghost.truth.at(-1));
  const claimed: World = {
    disk: put(disk, name, `${kind === "folder" ? "folder" : "file"} ${id}|${parent}`),
    ghost: { ...ghost, truth: isAtEnd ? [...ghost.truth, id] : ghost.truth, fault: isFork ? "forked" : "" },
  };
  const told: Move = [claimed, { ...actor, step: "covered", seen: "mine" }];
  return rules.mayLie ? [told, [claimed, { ...actor, step: "whose" }]] : [told];
}

/** A file goes in one step; a folder loses its record, then itself, which fails if somebody put another record there by then. */
function removeSlot(world: World, actor: Actor, after: () => Actor): Move {
  const { disk, ghost } = world;
  const name = `s${actor.version}`;
  const isHolding = recordIn(disk.now[name]) !== "";
  if (disk.now[name]?.startsWith("folder ") && actor.seen !== "emptied") {
    return [
      { disk: put(disk, name, "folder"), ghost },
      { ...actor, seen: "emptied" },
    ];
  }
  const isLeft = actor.seen === "emptied" && isHolding;
  return [
    { disk: isLeft ? disk : remove(disk, name), ghost },
    { ...after(), seen: "" },
  ];
}

function acknowledge({ disk, ghost }: World, actor: Actor, id: string, rules: Rules, commits: number): Move {
  const isTrue = ghost.truth[actor.version - 1] === id;
  const acknowledged = Math.max(ghost.acknowledged, actor.version);
  const known = [...actor.known, id];
  const after = nextBlock({ ...actor, known, version: 0, seen: "" }, 2, rules, commits);
  return [{ disk, ghost: { ...ghost, acknowledged, fault: isTrue ? "" : "forked" } }, after];
}

/** Goes on with the block from this version on, or, where all are done, with the next commit. */
function nextBlock(actor: Actor, from: number, rules: Rules, commits: number): Actor {
  const last = from + rules.blockVersions - 1;
  if (last <= actor.known.length - rules.keptVersions) {
    return { ...actor, step: "find pack", version: from, seen: "" };
  }
  const commit = actor.commit + 1;
  return commit >= commits ? atRest(actor, "done") : { ...newActor(actor.kind, actor.known), commit };
}

/**
 * Packs one block: gathers its records, names the pack, flushes it, reads it back, and only then removes the slots. A pack that is
 * there already is not written again, but is flushed and read back as well.
 */
function pack(world: World, actor: Actor, rules: Rules, commits: number): Move {
  const { disk, ghost } = world;
  const { protocol } = rules;
  const first = firstOfBlock(actor.version, rules);
  const last = first + rules.blockVersions - 1;
  const isEarly = protocol === "records go before their pack is flushed";
  const afterName: Actor = { ...actor, step: isEarly ? "remove" : "flush pack", version: first, seen: "" };
  switch (actor.step) {
    case "find pack":
      return [world, disk.now[`p${first}`] === undefined ? { ...actor, step: "gather" } : afterName];
    case "gather": {
      const record = slotRecord(disk.now, actor.version);
      if (record === "") {
        // Somebody packed the block meanwhile.
        return [world, afterName];
      }
      const then: Step =
        protocol === "packs are named without another look for one" ? "name pack" : "look again";
      const gathered = actor.seen === "" ? record : `${actor.seen},${record}`;
      return actor.version < last
        ? [world, { ...actor, version: actor.version + 1, seen: gathered }]
        : [world, { ...actor, step: then, version: first, seen: gathered }];
    }
    case "look again":
      // A record that somebody claimed under a packed number may be among those gathered: then there is a pack by now.
      return [world, disk.now[`p${first}`] === undefined ? { ...actor, step: "name pack" } : afterName];
    case "name pack":
      return [{ disk: put(disk, `p${first}`, actor.seen), ghost }, afterName];
    case "flush pack":
      return [
        { disk: flush(disk, false), ghost },
        disk.now[`p${first}`] === undefined
          ? nextBlock(actor, last + 1, rules, commits)
          : { ...actor, step: "remove" },
      ];
    case "remove":
      return removeSlot(world, actor, () =>
        actor.version < last
          ? { ...actor, version: actor.version + 1 }
          : isEarly
            ? { ...actor, step: "late flush", version: first }
            : nextBlock(actor, last + 1, rules, commits),
      );
    case "late flush":
      return [{ disk: flush(disk, false), ghost }, nextBlock(actor, last + 1, rules, commits)];
    default:
      throw new Error(`an actor takes no step: ${actor.step}`);
  }
}
