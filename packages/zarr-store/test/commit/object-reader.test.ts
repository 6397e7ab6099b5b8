import { describe, expect, it } from "vitest";
import { interceptStore } from "../../src/testing/index.ts";
import { key, record, withSimulatedWriters } from "../support/simulated-writers.ts";

const X = record("x", { "analysis/a.json": "a", "analysis_arrays/trace/data/c/0": "trace" });

describe("reading an object", () => {
  it.each<readonly [string, string]>([
    ["tables/t.parquet", "modified_outside"],
    ["images/x/analysis/a.json", "modified_outside"],
    ["images/x/zarr.json", "integrity"],
    ["images/x/data/zarr.json", "integrity"],
    ["images/x/data/c/0/0", "integrity"],
    ["images/x/analysis_arrays/trace/data/c/0", "integrity"],
  ])("%s with other bytes is %s, after six looks", async (path, code) => {
    await withSimulatedWriters("memory", async (world) => {
      await (await world.writer()).commit({ ...X, "tables/t.parquet": "table" });
      await world.put(path, "other");
      let looks = 0;
      const store = interceptStore(world.store, ({ method, keys }, run) => {
        looks += method === "get" && keys[0] === path ? 1 : 0;
        return run();
      });
      const reader = await world.second({ store });
      await expect(reader.read(path)).rejects.toMatchObject({ code, details: { path } });
      expect(looks).toBe(6);
    });
  });

  it.each(["truncated", "extended", "emptied", "removed"])(
    "a chunk that is %s is never given",
    async (damage) => {
      await withSimulatedWriters("local", async (world) => {
        await (await world.writer()).commit(X);
        const path = "images/x/data/c/0/0";
        if (damage === "removed") {
          await world.store.remove(key(path));
        } else {
          await world.put(path, { truncated: "pixel", extended: "pixels x!", emptied: "" }[damage] ?? "");
        }
        const reader = await world.second();
        await expect(reader.read(path)).rejects.toMatchObject({ code: "integrity" });
      });
    },
  );

  it("finds an object that comes back while it looks", async () => {
    await withSimulatedWriters("memory", async (world) => {
      await (await world.writer()).commit({ "tables/t": "table" });
      await world.put("tables/t", "half a tab");
      const reader = await world.second();
      const reading = reader.read("tables/t");
      await new Promise((resolve) => setImmediate(resolve));
      await world.put("tables/t", "table");
      expect(await reading).toBe("table");
    });
  });

  it("gives the newer version when one is committed while it looks", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const writer = await world.writer();
      await writer.commit({ "tables/t": "1" });
      const reader = await world.second();
      await writer.commit({ "tables/t": "2" });
      expect(await reader.read("tables/t")).toBe("2");
      await writer.commit({ "tables/t": null });
      expect(await reader.read("tables/t")).toBeUndefined();
    });
  });

  it("has nothing where the log has nothing, whatever lies there", async () => {
    await withSimulatedWriters("memory", async (world) => {
      await (await world.writer()).commit({ "tables/t": "1" });
      await world.put("tables/other", "mine");
      expect(await (await world.second()).read("tables/other")).toBeUndefined();
    });
  });

  it("stops when it is told to", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const writer = await world.writer();
      await writer.commit({ "tables/t": "1" });
      const reading = writer.engine.reader.read(key("tables/t"), { signal: AbortSignal.abort() });
      await expect(reading).rejects.toMatchObject({ code: "aborted" });
    });
  });
});
