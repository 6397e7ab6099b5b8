import { expect } from "vitest";
import { itCloses, type RaceWindow, X } from "../support/race-window.ts";
import { addLine, key, record, text, type Writer } from "../support/simulated-writers.ts";

/** Readers, of the same process or another, at each moment of a commit. */
const HOLES: readonly RaceWindow[] = [
  ...(["finished-head", "checked", "before-link"] as const).map(
    (step): RaceWindow => ({
      name: `a reader of the writer's own process sees another commit when the writer has ${step}`,
      before: { "tables/a": "0" },
      objects: { "tables/a": "0+1+2" },
      run: async (world) => {
        let runs = 0;
        const append = async (writer: Writer, part: string): Promise<void> => {
          await writer.transact(async (transaction) => {
            runs++;
            const before = text(await transaction.read(key("tables/a")));
            await transaction.put(key("tables/a"), new TextEncoder().encode(before + part));
          });
        };
        const writer: Writer = await world.second({
          onStep: world.atStep(step, async () => {
            await append(await world.second(), "+1");
            expect(await writer.read("tables/a")).toBe("0+1");
          }),
        });
        await append(writer, "+2");
        expect(runs).toBe(3);
      },
    }),
  ),
  {
    name: "a reader of the writer's own process sees another commit while the writer merges",
    before: { "tables/t": "zero\n" },
    objects: { "tables/t": "zero\nsecond\nfirst\n" },
    run: async (world) => {
      let runs = 0;
      let merges = 0;
      const writer = await world.second();
      await writer.transact(async (transaction) => {
        runs++;
        transaction.merge({
          path: key("tables/t"),
          merge: async (current) => {
            merges++;
            if (merges === 1) {
              await (await world.second()).transact(async (other) => addLine(other, "tables/t", "second"));
              expect(await writer.read("tables/t")).toBe("zero\nsecond\n");
            }
            return { bytes: new TextEncoder().encode(`${text(current)}first\n`) };
          },
        });
      });
      expect(merges).toBe(2);
      expect(runs, "a lost race alone is no conflict").toBe(1);
    },
  },
  {
    name: "a reader between commit and publication reads from staging",
    before: { "tables/a": "0", ...X },
    objects: { "tables/a": "1", ...X, "images/x/analysis/b.json": "b", ...record("y") },
    run: async (world) => {
      const changes = { "tables/a": "1", "images/x/analysis/b.json": "b", ...record("y") };
      const onStep = world.atStep("committed", async () => {
        const reader = await world.second();
        for (const [path, value] of Object.entries(changes)) {
          expect(await reader.read(path)).toBe(value);
        }
        expect(reader.engine.reader.counts).toMatchObject({
          fromPlace: 0,
          fromStaging: Object.keys(changes).length,
        });
      });
      await (await world.writer({ onStep })).commit(changes);
    },
  },
];

itCloses(HOLES);
