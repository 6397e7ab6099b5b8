import { expect, it } from "vitest";
import { counts } from "./dataset-commands.ts";
import { compareWithModel } from "./dataset-model-run.ts";

/** At full size in `dataset-model.soak.ts`. */
it.each([
  ["memory", 4],
  ["local", 1],
] as const)("a dataset in a %s store does what a plain model does", async (medium, runs) => {
  const before = counts.commands;
  await compareWithModel(medium, { runs, commands: 25 });
  expect(counts.commands).toBeGreaterThan(before);
  console.log(`${runs} runs, ${counts.commands - before} commands in a ${medium} store, as the model does`);
});
