// Starts the process of a build and talks to it.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { BuildError } from "./build-error.ts";
import type { BuildReply, BuildRequest, MeasureTitle, RunRequest } from "./build-messages.ts";

/** A build, loaded in a process of its own that waits while other builds are measured. */
export interface BuildProcess extends AsyncDisposable {
  readonly measures: readonly MeasureTitle[];
  /** Returns the mean of the runs, in the unit of the measure. */
  measure(request: RunRequest): Promise<number>;
}

/** The same for every build: run the built files, not the sources, with this process's Node. */
const NODE_FLAGS = ["--expose-gc", "--disable-warning=ExperimentalWarning"];

export async function startBuild(request: BuildRequest): Promise<BuildProcess> {
  mkdirSync(request.folder, { recursive: true });
  const child = fork(join(import.meta.dirname, "build-child.ts"), [JSON.stringify(request)], {
    execArgv: NODE_FLAGS,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const first = await replyOf(child, request.root);
  return {
    measures: first.kind === "ready" ? first.measures : [],
    measure: async (run) => {
      child.send(run);
      const reply = await replyOf(child, request.root);
      return reply.kind === "value" ? reply.value : Number.NaN;
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}

/** Waits for the next reply. If the process fails or ends instead, it is stopped and its output is thrown. */
async function replyOf(child: ChildProcess, root: string): Promise<BuildReply> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    const reply = await Promise.race([
      once(child, "message", { signal }).then(([message]): BuildReply => message),
      once(child, "exit", { signal }).then(
        ([code, name]): BuildReply => ({ kind: "failed", message: `its process ended with ${code ?? name}` }),
      ),
    ]);
    if (reply.kind === "failed") {
      await end(child);
      throw new BuildError(`the build in ${root} cannot be measured: ${reply.message}`);
    }
    return reply;
  } finally {
    waiting.abort();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    if (child.connected) {
      child.disconnect();
    }
    await ended;
  }
}
