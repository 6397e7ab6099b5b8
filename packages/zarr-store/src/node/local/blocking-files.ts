// Makes small calls to a local file system block, which is faster than Node's thread pool.

import * as fs from "node:fs";
import * as fsPromises from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { statFiles, statFilesInPool } from "./stat-files.ts";

/** A file that is being written, read or flushed. */
export interface OpenFile {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>;
  read(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  stat(): Promise<fs.Stats>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The file system calls that a local store makes for one file. */
export interface BlockingFiles {
  open(path: string, flags: number, mode?: number): Promise<OpenFile>;
  mkdir(path: string, options?: { readonly recursive: true }): Promise<unknown>;
  rename(from: string, to: string): Promise<void>;
  link(existing: string, path: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  realpath(path: string): Promise<string>;
  lstat(path: string, options: { readonly bigint: true }): Promise<fs.BigIntStats>;
  /** All files below a folder, by their paths below it with `/`; links are left out. Not every file system has it. */
  filesBelow?(path: string): Promise<ReadonlyMap<string, fs.BigIntStats>>;
  /** Makes calls to the file system at once; undefined where it is slow, or others have to have their turn first. */
  now?<T>(run: () => T): T | undefined;
}

/**
 * The longest time that timers and other events of the process wait. Awaiting a finished call does not give them a
 * turn.
 */
const MAX_TURN_MS = 5;
/** A larger write goes to the thread pool; a larger read does after a slow call. */
const MAX_BLOCKING_BYTES = 256 * 1024;
/** A larger read always goes to the thread pool. */
const MAX_BLOCKING_READ_BYTES = 2 * 1024 * 1024;
const POOL_FOR_MS = 1_000;
/**
 * So many slow calls show a slow file system. A busy machine stops a process in the midst of some call now and then, which says
 * nothing of the files: each quick call takes a part of a slow one back.
 */
const SLOW_CALLS = 3;
const PER_QUICK_CALL = 1 / 8;

export interface BlockingOptions {
  /** A call that takes longer than this shows a busy or distant file system. */
  readonly slowCallMs: number;
  /** Default: `performance.now`. */
  readonly nowMs?: () => number;
}

/**
 * Returns the file system calls, made synchronously instead of in libuv's thread pool.
 *
 * A call takes a few microseconds. The way to the pool and back takes ten times as long, and on a busy machine the
 * scheduler delays it further. One image needs thirty calls.
 *
 * On a slow file system, such as a network drive, the calls go to the pool, so that the process does not wait. Once per
 * second, one is made synchronously to see whether that has changed. A file system is slow if more than one call in nine is.
 */
export function blockingFiles({
  slowCallMs,
  nowMs = () => performance.now(),
}: BlockingOptions): BlockingFiles {
  let turnBeganMs = nowMs();
  let poolUntilMs = Number.NEGATIVE_INFINITY;
  let slowCalls = 0;
  const call = async <T>(run: () => T, runInPool: () => Promise<T>): Promise<T> => {
    if (nowMs() < poolUntilMs) {
      return runInPool();
    }
    if (nowMs() - turnBeganMs > MAX_TURN_MS) {
      await setImmediate();
      turnBeganMs = nowMs();
    }
    return measured(run, nowMs());
  };
  const measured = <T>(run: () => T, begunMs: number): T => {
    try {
      return run();
    } finally {
      const endMs = nowMs();
      slowCalls = endMs - begunMs > slowCallMs ? slowCalls + 1 : Math.max(0, slowCalls - PER_QUICK_CALL);
      if (slowCalls >= SLOW_CALLS) {
        poolUntilMs = endMs + POOL_FOR_MS;
        slowCalls = SLOW_CALLS - 1;
      }
    }
  };
  return {
    open: (path, flags, mode) =>
      call<OpenFile>(
        () => openFile(fs.openSync(path, flags, mode), call),
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
    lstat: (path, options) =>
      call(
        () => fs.lstatSync(path, options),
        () => fsPromises.lstat(path, options),
      ),
    // One turn for a folder with all that is below it, which is what belongs to one image.
    filesBelow: (path) =>
      call(
        () => statFiles(path),
        async () => statFilesInPool(path),
      ),
    now: (run) => {
      const begunMs = nowMs();
      return begunMs < poolUntilMs || begunMs - turnBeganMs > MAX_TURN_MS
        ? undefined
        : measured(run, begunMs);
    },
  };
}

type Call = <T>(run: () => T, runInPool: () => Promise<T>) => Promise<T>;

function openFile(descriptor: number, call: Call): OpenFile {
  return {
    write: async (bytes, offset, length) =>
      length > MAX_BLOCKING_BYTES
        ? inPool<number>((done) => fs.write(descriptor, bytes, offset, length, null, done)).then(
            (bytesWritten) => ({ bytesWritten }),
          )
        : { bytesWritten: fs.writeSync(descriptor, bytes, offset, length) },
    read: async (bytes, offset, length, position) =>
      length > MAX_BLOCKING_READ_BYTES
        ? { bytesRead: await readInPool(descriptor, bytes, { offset, length, position }) }
        : length > MAX_BLOCKING_BYTES
          ? {
              bytesRead: await call(
                () => fs.readSync(descriptor, bytes, offset, length, position),
                () => readInPool(descriptor, bytes, { offset, length, position }),
              ),
            }
          : { bytesRead: fs.readSync(descriptor, bytes, offset, length, position) },
    stat: async () => fs.fstatSync(descriptor),
    // A flush waits for the disk.
    sync: () => inPool((done) => fs.fsync(descriptor, (error) => done(error, undefined))),
    close: async () => fs.closeSync(descriptor),
  };
}

function readInPool(
  descriptor: number,
  bytes: Uint8Array,
  place: { readonly offset: number; readonly length: number; readonly position: number },
): Promise<number> {
  const { offset, length, position } = place;
  return inPool((done) => fs.read(descriptor, bytes, offset, length, position, done));
}

function inPool<T>(start: (done: (error: Error | null, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error === null) {
        resolve(value);
      } else {
        reject(error);
      }
    });
  });
}
