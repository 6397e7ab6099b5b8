import { describe, expect, it } from "vitest";
import { STAGING } from "../../src/commit/records/control-keys.ts";
import type { StoreCall } from "../../src/testing/index.ts";
import type { Audit } from "./audit-store.ts";
import {
  MEDIA,
  type Medium,
  record,
  type SimulatedWriters,
  type Writer,
  withSimulatedWriters,
} from "./simulated-writers.ts";

/** The last moment at which a deleter knows nothing of what comes: it has asked the log, and moves the file next. */
export const isBeforeMoveAside = ({ method, keys }: StoreCall): boolean =>
  method === "makeDirectory" && keys[0]?.startsWith(`${STAGING}/aside-`) === true;

/** A record with an artifact. */
export const X: Readonly<Record<string, string>> = record("x", { "analysis/a.json": "a" });

export interface RaceWindow {
  readonly name: string;
  readonly before?: Readonly<Record<string, string>>;
  /** Does what opens the hole; its end is looked at after one more writer came. */
  readonly run: (world: SimulatedWriters, setup: Writer) => Promise<unknown>;
  /** The objects, but for those of the setup and of the last writer. */
  readonly objects: Readonly<Record<string, string>>;
  readonly foreign?: Readonly<Record<string, string>>;
  readonly obstacles?: Readonly<Record<string, string>>;
}

/** Tests each hole, in memory and in a folder, with hard links and without. */
export function itCloses(holes: readonly RaceWindow[], media: readonly Medium[] = MEDIA): void {
  describe.each<Medium>(media)("the holes of the prototype, in %s", (medium) => {
    it.each(holes)("$name", async ({ before = {}, run, objects, foreign = {}, obstacles = {} }) => {
      await withSimulatedWriters(medium, async (world) => {
        const setup = await world.writer();
        await setup.commit({ "tables/base": "base", ...before });
        await run(world, setup);
        expect(world.failures).toEqual([]);
        expect([...world.unreached]).toEqual([]);
        const audit = await world.auditAfterNextWriter();
        expect(audit.problems).toEqual([]);
        expect(withoutSetup(audit)).toEqual(objects);
        expect(audit.foreign).toEqual(foreign);
        expect(audit.obstacles).toEqual(obstacles);
      });
    });
  });
}

function withoutSetup(audit: Audit): Readonly<Record<string, string>> {
  const isOfSetup = (path: string): boolean => path === "tables/base" || path.startsWith("tables/settled");
  return Object.fromEntries(Object.entries(audit.objects).filter(([path]) => !isOfSetup(path)));
}
