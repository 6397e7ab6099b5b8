import { expect, test } from "vitest";
import { interruptible } from "../../src/terminal/interruption.ts";
import { testHost } from "../support/test-host.ts";

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("the first %s aborts, and ends with %i and a hint to run it again", (signal, code) => {
  const host = testHost();
  const interruption = interruptible(host, host.stderr.write);
  expect([interruption.signal.aborted, interruption.error]).toEqual([false, undefined]);
  host.send(signal);
  expect(interruption.signal.aborted).toBe(true);
  expect(interruption.error).toMatchObject({ exitCode: code, code: "interrupted" });
  expect(interruption.error?.hint).toContain("run the same command again");
  expect([host.written.stderr, host.endedWith]).toEqual([
    "\nstopping after the current file; press Ctrl-C again to stop at once\n",
    undefined,
  ]);
});

test("the second signal ends the process at once, with its own code", () => {
  const host = testHost();
  const interruption = interruptible(host, host.stderr.write);
  host.send("SIGINT");
  host.send("SIGTERM");
  expect([host.endedWith, interruption.error?.exitCode]).toEqual([143, 130]);
});

test("after the end of an interruption no signal reaches it", () => {
  const host = testHost();
  const interruption = interruptible(host, host.stderr.write);
  interruption.end();
  expect([host.send("SIGINT"), host.listeners, interruption.error]).toEqual([false, 0, undefined]);
});
