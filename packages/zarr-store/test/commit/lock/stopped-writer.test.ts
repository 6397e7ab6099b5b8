import { it } from "vitest";
import { expectTakenOver } from "./expect-taken-over.ts";

it("a writer stopped between commit and publication loses its lock, and nobody a commit", async () => {
  await expectTakenOver({ mode: "merge", workers: 3, commits: 5, step: "committed" });
});
