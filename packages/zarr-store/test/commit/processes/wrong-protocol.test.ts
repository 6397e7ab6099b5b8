import { describe, expect, it } from "vitest";
import type { Commit } from "../../../src/commit/commit.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { auditStore } from "../../support/audit-store.ts";
import {
  type Changes,
  die,
  type Medium,
  record,
  type SimulatedWriters,
  withSimulatedWriters,
} from "../../support/simulated-writers.ts";
import { expectLateDeletion } from "../publish/late-deletion.ts";
import { type WrongProtocol, wrongStore } from "../workers/wrong-protocol.ts";
import { killTrial } from "./kill-trial.ts";

/** A scenario returns what was acknowledged; what is wrong afterwards is found by the audit of all other tests. */
interface Scenario {
  readonly name: string;
  readonly wrong: WrongProtocol;
  readonly before: Changes;
  readonly run: (world: SimulatedWriters, store: KeyValueStore) => Promise<readonly Commit[]>;
  /** The objects afterwards, if nothing is lost. */
  readonly objects: Changes;
}

const BEFORE = { "tables/a": "0", "tables/b": "0" };

const SCENARIOS: readonly Scenario[] = [
  {
    name: "two commit at the same time",
    wrong: "rename",
    before: BEFORE,
    objects: { "tables/a": "1", "tables/b": "2" },
    run: async (world, store) => {
      const second: Commit[] = [];
      const onStep = world.atStep("before-link", async () => {
        second.push(await (await world.second({ store })).commit({ "tables/b": "2" }));
      });
      const first = await (await world.writer({ store, onStep })).commit({ "tables/a": "1" });
      return [first, ...second];
    },
  },
  ...(["staged", "synced", "checked", "before-link"] as const).flatMap((step): readonly Scenario[] => [
    {
      name: `a writer is killed at ${step}, with a changed object`,
      wrong: "in-place",
      before: BEFORE,
      objects: BEFORE,
      run: (world, store) => killedAt(world, store, step, { "tables/a": "1" }),
    },
    {
      name: `a writer is killed at ${step}, with a new record`,
      wrong: "in-place",
      before: BEFORE,
      objects: BEFORE,
      run: (world, store) => killedAt(world, store, step, record("x")),
    },
  ]),
  ...["0", "1"].map(
    (again): Scenario => ({
      name: `an object is made again, with ${again === "0" ? "the same" : "other"} bytes, before a late deleter moves it`,
      wrong: "naive-deletion",
      before: BEFORE,
      objects: { "tables/a": again, "tables/b": "0" },
      run: async (world, store) => {
        const made: Commit[] = [];
        const other = await world.second({ store });
        const late = world.beforeCall(
          ({ method, keys }) =>
            method === "makeDirectory" && keys[0]?.startsWith("__staging/aside-") === true,
          async () => {
            made.push(await other.commit({ "tables/a": again }));
          },
          store,
        );
        return [await (await world.writer({ store: late })).commit({ "tables/a": null }), ...made];
      },
    }),
  ),
];

async function killedAt(
  world: SimulatedWriters,
  store: KeyValueStore,
  step: "staged" | "synced" | "checked" | "before-link",
  changes: Changes,
): Promise<readonly Commit[]> {
  const writer = await world.writer({ store, onStep: world.atStep(step, die) });
  await expect(writer.commit(changes)).rejects.toThrow();
  world.kill(writer);
  return [];
}

/** Everything that is wrong after a scenario. */
async function faultsOf(medium: Medium, scenario: Scenario, isWrong: boolean): Promise<readonly string[]> {
  return withSimulatedWriters(medium, async (world) => {
    const store = isWrong ? wrongStore(world.store, scenario.wrong) : world.store;
    await (await world.writer()).commit(scenario.before);
    const acknowledged = await scenario.run(world, store);
    const faults: string[] = [];
    const versions = acknowledged.map(({ version }) => version);
    if (new Set(versions).size < versions.length) {
      faults.push(`acknowledged twice: ${versions}`);
    }
    const last = await world.writer();
    await last.commit({ "tables/last": "last" });
    const { objects, problems, foreign } = await auditStore(world.store);
    faults.push(...problems, ...Object.keys(foreign).map((path) => `${path} comes from no commit`));
    for (const [path, value] of Object.entries({ ...scenario.objects, "tables/last": "last" })) {
      if (objects[path] !== value) {
        faults.push(`${path} is ${objects[path]}, not ${value}`);
      }
    }
    return faults;
  });
}

describe.each<Medium>(["memory", "local"])("the audit, in %s", (medium) => {
  it.each(SCENARIOS)(
    "$name: finds a fault if it is done by $wrong, and none if it is done right",
    async (scenario) => {
      expect(await faultsOf(medium, scenario, false)).toEqual([]);
      const faults = await faultsOf(medium, scenario, true);
      expect(faults).not.toEqual([]);
    },
  );
});

/** With several processes at once, and at more steps, in `wrong-protocol.soak.ts`. */
describe("the suites of real processes", () => {
  it("find a fault if a writer that writes new files in place is killed", async () => {
    await expect(killTrial({ at: { step: "staged", time: 6 }, protocol: "in-place" })).rejects.toThrow();
  });

  it("find a fault if a late deleter puts nothing back", () => expectLateDeletion("naive-deletion"));
});
