import { describe, expect, it } from "vitest";
import { ZarrStoreError } from "../../../src/errors.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { faultyStore, interceptStore } from "../../../src/testing/index.ts";
import { auditStore } from "../../support/audit-store.ts";
import { withSimulatedWriters } from "../../support/simulated-writers.ts";
import { BEFORE, crashAtCalls, crashTwice, failOneCall, IMAGE, OPERATIONS, readState } from "./crash.ts";

/** Every call in `crash.soak.ts`. */
const STRIDE = 5;
const NUMBERED = OPERATIONS.map((operation, offset) => ({ ...operation, offset }));

describe.each(NUMBERED)("the writer crashes during $name", ({ offset, ...operation }) => {
  it.each(["fails", "tears"] as const)("and its last call %s", async (fault) => {
    const { versions } = await crashAtCalls(operation, fault, { stride: STRIDE, offset });
    expect([...versions]).toEqual([1, 2]);
  });
});

describe.each(NUMBERED)("without hard links, the writer crashes during $name", ({ offset, ...operation }) => {
  it.each(["fails", "tears"] as const)("and its last call %s", async (fault) => {
    const medium = "memory without hard links";
    const { versions } = await crashAtCalls(operation, fault, { stride: STRIDE, offset, medium });
    expect([...versions]).toEqual([1, 2]);
  });

  it("or one call fails with EACCES", () =>
    failOneCall(operation, "EACCES", { stride: STRIDE, offset, medium: "memory without hard links" }));
});

it("without hard links, the writer crashes after the claim, and the one who finishes its commit crashes too", () =>
  crashTwice(7, 11, "memory without hard links"));

it("the writer crashes after the link, and the one who finishes its commit crashes too", () =>
  crashTwice(4, 9));

describe.each(NUMBERED)("one call fails during $name", ({ offset, ...operation }) => {
  it.each(["ENOSPC", "EIO", "EACCES"] as const)("with %s", (errno) =>
    failOneCall(operation, errno, { stride: STRIDE, offset }),
  );
});

it.each([
  ["ETIMEDOUT", "may still come, and keeps what is staged"],
  ["ENOSPC", "never comes, and what is staged goes"],
])("a link that is reported as failed with %s %s", async (errno) => {
  await withSimulatedWriters("memory", async (world) => {
    const setup = await world.writer();
    await setup.commit(BEFORE);
    let late: () => Promise<boolean> = async () => false;
    const store: KeyValueStore = {
      ...interceptStore(world.store, (_call, runCall) => runCall()),
      putNew: async (path, from) => {
        if (!path.startsWith("__commits/")) {
          return world.store.putNew(path, from);
        }
        late = () => world.store.putNew(path, from);
        throw new ZarrStoreError("io", `cannot link: ${errno}`, { path, found: errno });
      },
    };
    const writer = await world.writer({ store });
    await expect(writer.commit(IMAGE)).rejects.toMatchObject({ code: "io", details: { found: errno } });
    if (errno === "ENOSPC") {
      expect((await auditStore(world.store)).problems).toEqual([]);
      return;
    }
    expect(await late()).toBe(true);
    expect(await readState(world)).toEqual({ ...BEFORE, ...IMAGE });
    expect((await world.auditAfterNextWriter()).problems).toEqual([]);
  });
});

it("staging is empty after a failure before the link, when the medium works again", async () => {
  await withSimulatedWriters("memory", async (world) => {
    const setup = await world.writer();
    await setup.commit(BEFORE);
    const store = faultyStore(world.store, ({ method, keys }) =>
      method === "put" && keys[0]?.endsWith("events.parquet")
        ? { fault: "tears", errno: "ENOSPC" }
        : undefined,
    );
    const writer = await world.writer({ store });
    await expect(writer.commit(IMAGE)).rejects.toMatchObject({ code: "io", details: { found: "ENOSPC" } });
    expect((await auditStore(world.store)).problems).toEqual([]);
  });
});
