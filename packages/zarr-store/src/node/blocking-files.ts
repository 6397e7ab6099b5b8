import * as fs from "node:fs";
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

/**
 * The calls made at once instead of by a thread of libuv's pool. One takes a few microseconds, the way to the pool and back ten
 * times as long and, on a machine that is busy, a turn of the scheduler each way; and an image is thirty calls.
 */
export function blockingFiles(nowMs: () => number = () => performance.now()): ChangingFiles {
  let turnBeganMs = nowMs();
  const inTurn = async <T>(run: () => T): Promise<T> => {
    if (nowMs() - turnBeganMs > MAX_TURN_MS) {
      await setImmediate();
      turnBeganMs = nowMs();
    }
    return run();
  };
  return {
    open: (path, flags, mode) => inTurn(() => newFile(fs.openSync(path, flags, mode))),
    mkdir: (path, options) => inTurn(() => fs.mkdirSync(path, options)),
    rename: (from, to) => inTurn(() => fs.renameSync(from, to)),
    link: (existing, path) => inTurn(() => fs.linkSync(existing, path)),
    unlink: (path) => inTurn(() => fs.unlinkSync(path)),
    rmdir: (path) => inTurn(() => fs.rmdirSync(path)),
    realpath: (path) => inTurn(() => fs.realpathSync.native(path)),
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
