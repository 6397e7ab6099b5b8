// The process of one build: it measures on request until it is told to end.

import { registerHooks } from "node:module";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { pathToFileURL } from "node:url";
import type { BuildReply, BuildRequest, RunRequest } from "./build-messages.ts";
import { REPOSITORY } from "./commit-build.ts";
import type { Measure } from "./measure.ts";
import { measuresOf } from "./measures-of.ts";

const BENCH = pathToFileURL(`${REPOSITORY}/bench/`).href;
const MIB = 2 ** 20;

// An import by package name would load this tree's build into the process of another build.
registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier.startsWith("@kym/") && context.parentURL?.startsWith(BENCH)) {
      throw new Error(`${context.parentURL} imports ${specifier}: a measure takes it from loadBuild`);
    }
    return next(specifier, context);
  },
});

const stack = new AsyncDisposableStack();
process.once("disconnect", async () => {
  await stack.disposeAsync();
  process.exit();
});
try {
  const { benchmark, ...place }: BuildRequest = JSON.parse(process.argv[2] ?? "");
  const measures = await (await measuresOf(benchmark))({ ...place, stack });
  process.on("message", async (message) => {
    try {
      const { measure, times } = message as RunRequest;
      reply({ kind: "value", value: await valueFrom(measures[measure], times) });
    } catch (error) {
      fail(error);
    }
  });
  reply({
    kind: "ready",
    measures: measures.map((measure) => ({
      name: measure.name,
      unit: "countBytes" in measure ? "MiB" : "ms",
    })),
  });
} catch (error) {
  fail(error);
}

async function valueFrom(measure: Measure | undefined, times: number): Promise<number> {
  if (measure === undefined) {
    throw new Error("there is no such measure");
  }
  if ("countBytes" in measure) {
    return (await measure.countBytes()) / MIB;
  }
  let sumMs = 0;
  for (let time = 0; time < times; time++) {
    await measure.prepare?.();
    if (time === 0) {
      globalThis.gc?.();
    }
    const begun = performance.now();
    await measure.run();
    sumMs += performance.now() - begun;
  }
  return sumMs / times;
}

function fail(error: unknown): void {
  reply({ kind: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

function reply(message: BuildReply): void {
  process.send?.(message);
}
