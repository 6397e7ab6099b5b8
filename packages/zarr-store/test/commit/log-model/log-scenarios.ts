import type { LogExploration, LogScenario } from "./explore-log.ts";
import type { Protocol } from "./log-model.ts";

/** A protocol that leaves out one thing, and the scenario that shows it. */
export interface BrokenProtocol {
  readonly protocol: Exclude<Protocol, "full">;
  readonly scenario: LogScenario;
  /** What it shows at least. */
  readonly shows: keyof Omit<LogExploration, "states" | "cuts">;
}

const ASLEEP: LogScenario = {
  name: "one sleeps by folder, the other commits twice and packs",
  before: ["file"],
  actors: [{ kind: "folder" }, { kind: "folder", commits: 2 }],
};

const READER: LogScenario = {
  name: "a writer and a reader sleep, another commits twice and packs",
  before: ["file"],
  actors: [{ kind: "folder" }, { kind: "folder", commits: 2 }, { kind: "reader" }],
};

const TWO_PACK: LogScenario = {
  name: "one sleeps before it claims version 2, two others commit, and both pack it",
  before: ["file", "file"],
  actors: [{ kind: "link", known: 1 }, { kind: "link" }, { kind: "link" }],
  maxRuns: 1,
};

/** At most some 10 000 states each. */
export const SMALL: readonly LogScenario[] = [
  { name: "two claim by link", before: ["file", "file"], actors: [{ kind: "link" }, { kind: "link" }] },
  {
    name: "two claim by folder",
    before: ["file", "folder"],
    actors: [{ kind: "folder" }, { kind: "folder" }],
  },
  {
    name: "one claims by link, one by folder",
    before: ["file", "folder"],
    actors: [{ kind: "link" }, { kind: "folder" }],
  },
  {
    name: "one claims by link, one by folder, and answers may lie",
    before: ["file"],
    actors: [{ kind: "link" }, { kind: "folder" }],
    mayLie: true,
  },
  ASLEEP,
  {
    name: "one sleeps by link, the other commits twice by folder and packs",
    before: ["file"],
    actors: [{ kind: "link" }, { kind: "folder", commits: 2 }],
  },
  {
    name: "one sleeps, the other commits twice and packs, and answers may lie",
    before: ["file"],
    actors: [{ kind: "folder" }, { kind: "link", commits: 2 }],
    mayLie: true,
  },
  {
    name: "one sleeps, the other commits three times and packs two versions at once",
    before: ["file"],
    actors: [{ kind: "folder" }, { kind: "folder", commits: 3 }],
    blockVersions: 2,
  },
  {
    name: "one sleeps, the other commits three times and keeps two versions",
    before: ["file"],
    actors: [{ kind: "link" }, { kind: "link", commits: 3 }],
    keptVersions: 2,
  },
  TWO_PACK,
];

export const LARGE: readonly LogScenario[] = [
  READER,
  {
    name: "three claim by link",
    before: ["file"],
    actors: [{ kind: "link" }, { kind: "link" }, { kind: "link" }],
  },
  {
    name: "three claim by folder",
    before: ["file"],
    actors: [{ kind: "folder" }, { kind: "folder" }, { kind: "folder" }],
  },
  {
    name: "two claim by folder, one by link, and two versions are kept",
    before: ["file", "folder"],
    actors: [{ kind: "folder" }, { kind: "folder" }, { kind: "link" }],
    keptVersions: 2,
  },
];

export const BROKEN_IN_SMALL: readonly BrokenProtocol[] = [
  { protocol: "claims by the rename of a file", scenario: ASLEEP, shows: "forked" },
  { protocol: "records go before their pack is flushed", scenario: ASLEEP, shows: "lost" },
  { protocol: "no look for a pack after a claim", scenario: ASLEEP, shows: "forked" },
  { protocol: "a pack is not asked whose record it holds", scenario: ASLEEP, shows: "forked" },
  { protocol: "readers prefer files", scenario: ASLEEP, shows: "forked" },
  { protocol: "readers look for a pack, then for a file", scenario: ASLEEP, shows: "unreadable" },
  { protocol: "history is written after the claim", scenario: ASLEEP, shows: "lost" },
  { protocol: "history that is there is not flushed again", scenario: ASLEEP, shows: "lost" },
  { protocol: "packs are named without another look for one", scenario: TWO_PACK, shows: "forked" },
];

export const BROKEN_IN_LARGE: readonly BrokenProtocol[] = [
  { protocol: "readers look for a pack, then for a file", scenario: READER, shows: "forked" },
];
