// What the store needs from its environment: time, ids, hashing, and the identity of this process.

import type { ZstdCodec } from "../codecs/zstd.ts";

/** Names the process that holds a lock or staged a file, so that another process can tell whether it is still alive. */
export interface WriterIdentity {
  readonly host: string;
  readonly pid: number;
  /** The start time of the process, by its host's clock. It tells a process from a later one with the same pid. */
  readonly started: string;
  /** The namespace of process ids that `pid` belongs to, where a system has several. The same id means another process elsewhere. */
  readonly pidNamespace?: string;
  /** The person: what `KYM_USER` says or, without it, the login. Unknown in a browser. */
  readonly person?: string;
}

/** Unpacks a whole stream of gzip. @throws {Error} if it is damaged, or more than `maxBytes` would come out */
export type Gunzip = (bytes: Uint8Array, maxBytes: number) => Uint8Array<ArrayBuffer>;

/**
 * The functions of the environment that the store uses. The `./node` entry has a faster implementation for Node, which
 * also knows whether other processes are alive.
 */
export interface Runtime {
  readonly nowEpochMs: () => number;
  /** Milliseconds since some moment, by a clock that nobody sets. Only differences mean anything. */
  readonly monotonicMs: () => number;
  /** Makes a new UUID in lower case. */
  readonly newId: () => string;
  /** Waits. Returns early, without an error, if the signal is aborted. */
  readonly sleepMs: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** A random number from 0 to 1, for the length of pauses. */
  readonly random: () => number;
  /** Returns the SHA-256 in lower-case hexadecimal. */
  readonly sha256: (bytes: Uint8Array<ArrayBuffer>) => string | Promise<string>;
  /** Returns the same for a text's UTF-8 bytes, synchronously. Absent where hashing is only asynchronous. */
  readonly sha256Text?: (text: string) => string;
  readonly zstd?: ZstdCodec;
  /** Unpacks a stream of gzip at once. Absent where that is done piece by piece only. */
  readonly gunzip?: Gunzip;
  readonly writer: WriterIdentity;
  /**
   * Whether a process has certainly ended (`dead`), certainly runs (`alive`), or cannot be seen from here (`unknown`).
   */
  readonly writerState: (writer: WriterIdentity) => "alive" | "dead" | "unknown";
}

/** Makes a runtime from what every current browser, Node, Deno and Bun have. */
export function portableRuntime(): Runtime {
  const started = new Date().toISOString();
  return {
    nowEpochMs: () => Date.now(),
    monotonicMs: () => performance.now(),
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
