import { expect, it } from "vitest";
import { counts } from "./dataset-commands.ts";
import { compareWithModel } from "./dataset-model-run.ts";

it.each([
  ["memory", 270],
  ["local", 40],
] as const)(
  "a dataset in a %s store does what a plain model does, %i runs of 50",
  async (medium, runs) => {
    const before = counts.commands;
    await compareWithModel(medium, { runs, commands: 50 });
    expect(counts.commands).toBeGreaterThan(before);
    console.log(`${runs} runs, ${counts.commands - before} commands in a ${medium} store, as the model does`);
  },
  600_000,
);
