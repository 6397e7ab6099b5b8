import * as fsPromises from "node:fs/promises";
import type { FileSystem } from "../../src/node/local/local-store.ts";

export type Errno = "ENOSPC" | "EIO" | "EACCES" | "EMFILE";

/** A call of the operating system, as in `rename` or, for an open file, `file.write`. */
export interface FileSystemCall {
  readonly name: string;
  readonly path: string;
}

export interface FaultyFileSystem {
  readonly fileSystem: FileSystem;
  /** Calls made so far while armed, each with what it was. */
  readonly calls: readonly FileSystemCall[];
  /** Calls under way now. */
  readonly active: number;
  /** From here on calls count, and fail as told. */
  arm(): void;
  disarm(): void;
}

/** Longer than what an operation that did not wait for its calls would take to settle. */
const LATE_MS = 2;

/**
 * The real file system, whose n-th call fails with the error that `faultOf` names. A failing write is torn first, a
 * file that cannot be closed is closed all the same, and any other failing call does nothing. Calls that were under way
 * when it failed end late, to reveal an operation that settles without waiting for them.
 */
export function faultyFileSystem(
  faultOf: (index: number, call: FileSystemCall) => Errno | undefined,
): FaultyFileSystem {
  const calls: FileSystemCall[] = [];
  let active = 0;
  let isArmed = false;
  let callsBeforeFailure = Number.POSITIVE_INFINITY;

  const run = async (call: FileSystemCall, real: () => unknown, torn: () => unknown): Promise<unknown> => {
    if (!isArmed) {
      return real();
    }
    const index = calls.length;
    const errno = faultOf(index, call);
    calls.push(call);
    active++;
    try {
      if (errno === undefined) {
        return await real();
      }
      callsBeforeFailure = index;
      await torn();
      throw systemError(errno, call);
    } finally {
      if (index < callsBeforeFailure && callsBeforeFailure !== Number.POSITIVE_INFINITY) {
        await new Promise((resolve) => setTimeout(resolve, LATE_MS));
      }
      active--;
    }
  };

  const intercept = <T extends object>(target: T, prefix: string, path: string): T =>
    new Proxy(target, {
      get: (_, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function" || typeof name !== "string") {
          return method;
        }
        return async (...args: readonly unknown[]) => {
          const real = (): unknown => Reflect.apply(method, target, args);
          const call = { name: prefix + name, path: prefix === "" ? String(args[0]) : path };
          const result = await run(call, real, () => (name === "close" ? real() : tear(target, name, args)));
          return name === "open" && isObject(result) ? intercept(result, "file.", call.path) : result;
        };
      },
    });

  return {
    fileSystem: intercept(fsPromises, "", ""),
    calls,
    get active() {
      return active;
    },
    arm: () => {
      isArmed = true;
    },
    disarm: () => {
      isArmed = false;
    },
  };
}

/** Half of the bytes reach the file. */
async function tear(file: object, name: string, args: readonly unknown[]): Promise<void> {
  const [bytes, offset, length, position] = args;
  if (name === "write" && typeof length === "number") {
    const write: unknown = Reflect.get(file, "write");
    if (typeof write === "function") {
      await Reflect.apply(write, file, [bytes, offset, Math.floor(length / 2), position]);
    }
  }
}

function systemError(code: Errno, { name, path }: FileSystemCall): Error {
  return Object.assign(new Error(`${code}: injected, ${name} '${path}'`), { code, errno: -1, syscall: name });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
