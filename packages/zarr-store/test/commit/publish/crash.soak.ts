import { describe, expect, it } from "vitest";
import { crashAtCalls, crashTwice, failOneCall, OPERATIONS } from "./crash.ts";

const EVERY = { stride: 1, offset: 0 };
const TIMEOUT_MS = 300_000;

describe.each(OPERATIONS)("the writer crashes at every call during $name", (operation) => {
  it.each(["fails", "tears"] as const)(
    "and that call %s",
    async (fault) => {
      const { versions, nameless, crashes } = await crashAtCalls(operation, fault, EVERY);
      expect([...versions]).toEqual([1, 2]);
      expect(nameless).toBe(fault === "tears" ? 1 : 0);
      console.log(`${operation.name}: crashed at ${crashes} calls`);
    },
    TIMEOUT_MS,
  );
});

it(
  "the writer crashes at every call after the link, and the one who finishes its commit crashes too",
  () => crashTwice(1, 5),
  TIMEOUT_MS,
);

describe.each(OPERATIONS)(
  "without hard links, the writer crashes at every call during $name",
  (operation) => {
    it.each(["fails", "tears"] as const)(
      "and that call %s",
      async (fault) => {
        const medium = "memory without hard links";
        const { versions, crashes } = await crashAtCalls(operation, fault, { ...EVERY, medium });
        expect([...versions]).toEqual([1, 2]);
        console.log(`${operation.name}, without hard links: crashed at ${crashes} calls`);
      },
      TIMEOUT_MS,
    );
  },
);

it(
  "without hard links, the writer crashes at every call after the claim, and the one who finishes its commit too",
  () => crashTwice(1, 5, "memory without hard links"),
  TIMEOUT_MS,
);

describe.each(OPERATIONS)("every call fails in turn during $name", (operation) => {
  it.each(["ENOSPC", "EIO", "EACCES"] as const)(
    "with %s",
    (errno) => failOneCall(operation, errno, EVERY),
    TIMEOUT_MS,
  );
});
