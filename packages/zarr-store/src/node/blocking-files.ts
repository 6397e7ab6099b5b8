import * as fs from "node:fs";
import * as fsPromises from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";

/** A file that is being written. */
export interface NewFile {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>;
  close(): Promise<void>;
}

/** The calls of the file system by which a local store changes something. */
export interface ChangingFiles {
  open(path: string, flags: number, mode: number): Promise<NewFile>;
  mkdir(path: string, options?: { readonly recursive: true }): Promise<unknown>;
  rename(from: string, to: string): Promise<void>;
  link(existing: string, path: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  realpath(path: string): Promise<string>;
}

/** For longer than this no timer of the process waits for its turn: to await what is done already gives none. */
const MAX_TURN_MS = 5;
/** A larger write is worth a thread of its own. */
const MAX_BLOCKING_BYTES = 256 * 1024;
/** A call that takes longer is of a file system that is busy or far away: for a while the pool waits for it, not the process. */
const SLOW_CALL_MS = 2;
const POOL_FOR_MS = 1_000;

/**
 * The calls made at once instead of by a thread of libuv's pool. One takes a few microseconds, the way to the pool and back ten
 * times as long and, on a machine that is busy, a turn of the scheduler each way; and an image is thirty calls. On a file
 * system where they take milliseconds they go by the pool, but for one a second.
 */
export function blockingFiles(nowMs: () => number = () => performance.now()): ChangingFiles {
  let turnBeganMs = nowMs();
  let poolUntilMs = Number.NEGATIVE_INFINITY;
  const call = async <T>(run: () => T, runInPool: () => Promise<T>): Promise<T> => {
    if (nowMs() < poolUntilMs) {
      return runInPool();
    }
    if (nowMs() - turnBeganMs > MAX_TURN_MS) {
      await setImmediate();
      turnBeganMs = nowMs();
    }
    const begunMs = nowMs();
    try {
      return run();
    } finally {
      const endMs = nowMs();
      poolUntilMs = endMs - begunMs > SLOW_CALL_MS ? endMs + POOL_FOR_MS : poolUntilMs;
    }
  };
  return {
    open: (path, flags, mode) =>
      call<NewFile>(
        () => newFile(fs.openSync(path, flags, mode)),
        () => fsPromises.open(path, flags, mode),
      ),
    mkdir: (path, options) =>
      call<unknown>(
        () => fs.mkdirSync(path, options),
        () => fsPromises.mkdir(path, options),
      ),
    rename: (from, to) =>
      call(
        () => fs.renameSync(from, to),
        () => fsPromises.rename(from, to),
      ),
    link: (existing, path) =>
      call(
        () => fs.linkSync(existing, path),
        () => fsPromises.link(existing, path),
      ),
    unlink: (path) =>
      call(
        () => fs.unlinkSync(path),
        () => fsPromises.unlink(path),
      ),
    rmdir: (path) =>
      call(
        () => fs.rmdirSync(path),
        () => fsPromises.rmdir(path),
      ),
    realpath: (path) =>
      call(
        () => fs.realpathSync.native(path),
        () => fsPromises.realpath(path),
      ),
  };
}

function newFile(descriptor: number): NewFile {
  return {
    write: async (bytes, offset, length) =>
      length > MAX_BLOCKING_BYTES
        ? writeInPool(descriptor, bytes, offset, length)
        : { bytesWritten: fs.writeSync(descriptor, bytes, offset, length) },
    close: async () => fs.closeSync(descriptor),
  };
}

function writeInPool(
  descriptor: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
): Promise<{ readonly bytesWritten: number }> {
  return new Promise((resolve, reject) => {
    fs.write(descriptor, bytes, offset, length, null, (error, bytesWritten) => {
      if (error === null) {
        resolve({ bytesWritten });
      } else {
        reject(error);
      }
    });
  });
}
