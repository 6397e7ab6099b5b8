import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, rmdir, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

const SIZE_KIB = 16 * 1024;

/** How a file system is made in a file, and mounted: the first way that works. */
export interface LoopFileSystem {
  readonly make: (file: string) => readonly [command: string, ...string[]];
  readonly mounts: readonly (readonly string[])[];
}

export const EXT4: LoopFileSystem = {
  make: (file) => ["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", file],
  // So long that the journal is written when somebody flushes, and not by the clock in the middle of a copy.
  mounts: [["-o", "loop,noatime,commit=300"]],
};

/** Without hard links. By the kernel, or by a program. */
export const EXFAT: LoopFileSystem = {
  make: (file) => ["mkfs.exfat", file],
  mounts: [
    ["-t", "exfat", "-o", "loop,noatime"],
    ["-t", "exfat-fuse", "-o", "loop"],
  ],
};

/**
 * A disk in a file: ext4, or another file system, on a loop device. A copy of the file is what a power cut would leave: all that the file system had
 * written, nothing of what it only held in memory. The cache of a real disk is not modelled.
 */
export class LoopImage {
  readonly #folder: string;
  readonly #fileSystem: LoopFileSystem;
  #cuts = 0;

  private constructor(folder: string, fileSystem: LoopFileSystem) {
    this.#folder = folder;
    this.#fileSystem = fileSystem;
  }

  /** Runs `run` with a new, empty file system. */
  static async with<T>(run: (image: LoopImage) => Promise<T>, fileSystem: LoopFileSystem = EXT4): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), "kym-power-cut-"));
    const image = new LoopImage(folder, fileSystem);
    try {
      await writeFile(image.#file, "");
      await truncate(image.#file, SIZE_KIB * 1024);
      const [command, ...options] = fileSystem.make(image.#file);
      await execute(command, options);
      return await run(image);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** Why this machine can have none; undefined if it can. */
  static async whyNot(fileSystem: LoopFileSystem = EXT4): Promise<string | undefined> {
    try {
      await LoopImage.with((image) => image.mounted(undefined, async () => undefined), fileSystem);
      return undefined;
    } catch (error) {
      return error instanceof Error ? (error.message.split("\n").at(-2) ?? error.message) : String(error);
    }
  }

  get #file(): string {
    return join(this.#folder, "disk.img");
  }

  /** Runs `run` with the file system, or one of its copies, in place as a folder. */
  async mounted<T>(file: string | undefined, run: (folder: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(this.#folder, "mounted-"));
    await this.#mount(file ?? this.#file, folder);
    let result: T;
    try {
      const root = join(folder, "dataset");
      await mkdir(root, { recursive: true });
      result = await run(root);
    } finally {
      await execute("umount", [folder]);
      await rmdir(folder);
    }
    return result;
  }

  async #mount(file: string, folder: string): Promise<void> {
    const errors: unknown[] = [];
    for (const options of this.#fileSystem.mounts) {
      try {
        await execute("mount", [...options, file, folder]);
        return;
      } catch (error) {
        errors.push(error);
      }
    }
    throw errors.at(-1);
  }

  /** Copies the disk as it is now. */
  async cut(): Promise<string> {
    const file = join(this.#folder, `cut-${++this.#cuts}.img`);
    await copyFile(this.#file, file, constants.COPYFILE_FICLONE);
    return file;
  }
}
