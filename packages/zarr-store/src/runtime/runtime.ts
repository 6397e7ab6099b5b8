import type { ZstdCodec } from "../codecs/zstd.ts";

/** Who holds a lock or staged something, so that another process can tell whether it still lives. */
export interface WriterIdentity {
  readonly host: string;
  readonly pid: number;
  /** When the process began, in its own clock's terms: tells a process from a later one with the same pid. */
  readonly started: string;
}

/** What a runtime lends the store. `./node` has the faster and better informed one for Node. */
export interface Runtime {
  readonly nowEpochMs: () => number;
  /** A new UUID, lower case. */
  readonly newId: () => string;
  /** Ends early, without an error, when the signal is aborted. */
  readonly sleepMs: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  /** SHA-256 in lower-case hexadecimal. */
  readonly sha256: (bytes: Uint8Array<ArrayBuffer>) => string | Promise<string>;
  /** The same of a text's UTF-8 bytes, at once; absent where hashing takes a promise. */
  readonly sha256Text?: (text: string) => string;
  readonly zstd?: ZstdCodec;
  readonly writer: WriterIdentity;
  /** Whether the process is known to be gone, known to be there, or on another host. */
  readonly writerState: (writer: WriterIdentity) => "alive" | "dead" | "unknown";
}

/** Built on what every current browser, Node, Deno and Bun have. */
export function portableRuntime(): Runtime {
  const started = new Date().toISOString();
  return {
    nowEpochMs: () => Date.now(),
    newId: () => crypto.randomUUID(),
    sleepMs,
    random: () => Math.random(),
    sha256: async (bytes) => hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))),
    writer: { host: "unknown", pid: 0, started },
    writerState: () => "unknown",
  };
}

async function sleepMs(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) {
    return;
  }
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    signal?.addEventListener("abort", wake);
  });
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
