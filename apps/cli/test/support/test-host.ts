// A host for a test: it plays the process for the command, and keeps what the command does.
import process from "node:process";
import type { ExitCode } from "../../src/terminal/exit-code.ts";
import type { Host, Input, Output, StopSignal, Unsubscribe } from "../../src/terminal/host.ts";

export interface TestHostOptions {
  /** The folder of the user; by default, the folder of the tests. */
  readonly cwd?: string;
  /** The whole environment, without the variables of the test's own process. */
  readonly env?: Readonly<Record<string, string>>;
  /** The content of stdin, or a stream that gives it; empty by default. */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Width of the terminal that shows both outputs; without it, they are pipes. */
  readonly columns?: number;
  /** Stdin is a terminal at which nobody types. */
  readonly stdinIsTty?: boolean;
  readonly nodeVersion?: string;
  /** Called with each text that the command writes to stderr, and with the host. */
  readonly onStderr?: (text: string, host: TestHost) => void;
}

export interface TestHost extends Host {
  /** What was written to stdout and to stderr. */
  readonly written: { readonly stdout: string; readonly stderr: string };
  /** The code of an immediate end, or undefined. Unlike a process, the command goes on. */
  readonly endedWith: ExitCode | undefined;
  /** Sends a signal. Returns whether anything listens to it. */
  readonly send: (signal: StopSignal) => boolean;
  /** The number of listeners, which is 0 after a run. */
  readonly listeners: number;
}

export function testHost(options: TestHostOptions = {}): TestHost {
  const { cwd, env = {}, stdin = "", columns, nodeVersion = process.versions.node } = options;
  const written = { stdout: "", stderr: "" };
  const listening = {
    SIGINT: new Set<() => void>(),
    SIGTERM: new Set<() => void>(),
    SIGHUP: new Set<() => void>(),
    exit: new Set<() => void>(),
  };
  let endedWith: ExitCode | undefined;
  const listen = (event: keyof typeof listening, listener: () => void): Unsubscribe => {
    listening[event].add(listener);
    return () => listening[event].delete(listener);
  };
  const output = (name: keyof typeof written): Output => ({
    write: (text) => {
      written[name] += text;
      if (name === "stderr") {
        options.onStderr?.(text, host);
      }
    },
    isTty: columns !== undefined,
    columns,
  });
  const host: TestHost = {
    environment: env,
    cwd: () => cwd ?? process.cwd(),
    nodeVersion,
    keepCompiledCode: () => undefined,
    stdin: () => inputOf(stdin, options.stdinIsTty === true),
    stdout: output("stdout"),
    stderr: output("stderr"),
    onSignal: listen,
    onExit: (listener) => listen("exit", listener),
    exit: (code) => {
      endedWith ??= code;
      for (const listener of listening.exit) {
        listener();
      }
    },
    written,
    get endedWith() {
      return endedWith;
    },
    send: (signal) => {
      for (const listener of listening[signal]) {
        listener();
      }
      return listening[signal].size > 0;
    },
    get listeners() {
      return Object.values(listening).reduce((sum, { size }) => sum + size, 0);
    },
  };
  return host;
}

/** A stream in small parts, like a slow pipe. */
function inputOf(content: string | Uint8Array | AsyncIterable<Uint8Array>, isTTY: boolean): Input {
  if (typeof content !== "string" && Symbol.asyncIterator in content) {
    return { isTTY, [Symbol.asyncIterator]: () => content[Symbol.asyncIterator]() };
  }
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes.length; start += 100) {
      yield bytes.subarray(start, start + 100);
    }
  }
  return { isTTY, [Symbol.asyncIterator]: parts };
}
