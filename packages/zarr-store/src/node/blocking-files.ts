// Makes small changes to a local file system with blocking calls, which are faster than Node's thread pool.

import * as fs from "node:fs";
import * as fsPromises from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";

/** A file that is being written. */
export interface NewFile {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>;
  close(): Promise<void>;
}

/** The file system calls with which a local store changes something. */
export interface ChangingFiles {
  open(path: string, flags: number, mode: number): Promise<NewFile>;
  mkdir(path: string, options?: { readonly recursive: true }): Promise<unknown>;
  rename(from: string, to: string): Promise<void>;
  link(existing: string, path: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  realpath(path: string): Promise<string>;
}

/**
 * The longest time that timers and other events of the process wait. Awaiting a finished call does not give them a
 * turn.
 */
const MAX_TURN_MS = 5;
/** A larger write goes to the thread pool. */
const MAX_BLOCKING_BYTES = 256 * 1024;
/** A call that takes longer than this shows a busy or distant file system. */
const SLOW_CALL_MS = 2;
const POOL_FOR_MS = 1_000;

/**
 * Returns the file system calls, made synchronously instead of in libuv's thread pool.
 *
 * A call takes a few microseconds. The way to the pool and back takes ten times as long, and on a busy machine the
 * scheduler delays it further. One image needs thirty calls.
 *
 * On a slow file system, such as a network drive, the calls go to the pool, so that the process does not wait. Once per
 * second, one is made synchronously to see whether that has changed.
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
