import { describe, expect, it } from "vitest";
import {
  asideKey,
  stagedAloneKey,
  stagedKey,
  stagedOwnerKey,
} from "../../../src/commit/records/control-keys.ts";
import { encodeOwner } from "../../../src/commit/records/lock-owner.ts";
import { joinKey } from "../../../src/store/store-key.ts";
import { bytes, key, MEDIA, type Medium, withSimulatedWriters } from "../../support/simulated-writers.ts";

/** What a put-if-absent that copies leaves at the path when it is cut short. */
const TORN: Readonly<Record<string, string>> = {
  "no bytes": "",
  "its first bytes": "who",
  "zeros after them": "who\0\0",
};

describe.each<Medium>(MEDIA)("in %s, a copy that was cut short and left", (medium) => {
  it.each(Object.entries(TORN))(
    "%s at a path does not cost the whole file in an aside",
    async (_what, torn) => {
      await withSimulatedWriters(medium, async (world) => {
        await (await world.writer()).commit({ "tables/a": "whole" });
        const aside = joinKey(asideKey("dead"), "tables/a");
        await world.store.makeDirectory(joinKey(asideKey("dead"), "tables"));
        await world.store.move(key("tables/a"), aside);
        await world.put("tables/a", torn);
        const { problems, objects } = await world.auditAfterNextWriter();
        expect([problems, objects["tables/a"]]).toEqual([[], "whole"]);
      });
    },
  );

  it.each(
    Object.entries(TORN).flatMap(([what, torn]) =>
      ([stagedAloneKey, stagedKey] as const).map((place) => [what, torn, place] as const),
    ),
  )("%s at a path does not cost the whole file in staging", async (_what, torn, place) => {
    await withSimulatedWriters(medium, async (world) => {
      const dead = await world.writer();
      const { txid } = await dead.commit({ "tables/a": "whole" });
      await (await world.writer()).commit({ "tables/b": "2" });
      world.kill(dead);
      await world.store.put(place(txid, key("tables/a")), bytes("whole"));
      await world.store.put(stagedOwnerKey(txid), encodeOwner({ ...owner(dead.pid), txid }));
      await world.store.remove(key("tables/a"));
      await world.put("tables/a", torn);
      const next = await world.writer();
      await next.commit({ "tables/c": "3" });
      expect(await world.get("tables/a")).toBe("whole");
      expect(next.log.warnings).toEqual([
        `tables/a was cut off and is back in place from ${place(txid, key("tables/a"))}`,
      ]);
    });
  });

  it("is told from another program's file, which stays", async () => {
    await withSimulatedWriters(medium, async (world) => {
      const dead = await world.writer();
      const { txid } = await dead.commit({ "tables/a": "whole" });
      await (await world.writer()).commit({ "tables/b": "2" });
      world.kill(dead);
      await world.store.put(stagedKey(txid, "tables/a"), bytes("whole"));
      await world.store.put(stagedOwnerKey(txid), encodeOwner({ ...owner(dead.pid), txid }));
      await world.store.remove(key("tables/a"));
      await world.put("tables/a", "edited");
      await (await world.writer()).commit({ "tables/c": "3" });
      expect(await world.get("tables/a")).toBe("edited");
    });
  });

  it("a folder at a path does not cost the file in an aside", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await (await world.writer()).commit({ "tables/a": "whole" });
      const aside = joinKey(asideKey("dead"), "tables/a");
      await world.store.makeDirectory(joinKey(asideKey("dead"), "tables"));
      await world.store.move(key("tables/a"), aside);
      await world.put("tables/a/theirs", "theirs");
      const next = await world.writer();
      await next.commit({ "tables/b": "2" });
      expect([await next.read("tables/a"), await world.get("tables/a/theirs")]).toEqual(["whole", "theirs"]);
    });
  });
});

function owner(pid: number): { host: string; pid: number; started: string } {
  return { host: "here", pid, started: `start of ${pid}` };
}
