import * as fsPromises from "node:fs/promises";
import type { FileSystem } from "../../src/node/local-store.ts";

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

/**
 * The real file system, whose n-th call fails with the error that `faultOf` names: what is written is torn first, a file
 * that cannot be closed is closed all the same, any other call does nothing.
 */
export function faultyFileSystem(
  faultOf: (index: number, call: FileSystemCall) => Errno | undefined,
): FaultyFileSystem {
  const calls: FileSystemCall[] = [];
  let active = 0;
  let isArmed = false;

  const run = async (call: FileSystemCall, real: () => unknown, torn: () => unknown): Promise<unknown> => {
    if (!isArmed) {
      return real();
    }
    const errno = faultOf(calls.length, call);
    calls.push(call);
    active++;
    try {
      if (errno === undefined) {
        return await real();
      }
      await torn();
      throw systemError(errno, call);
    } finally {
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
