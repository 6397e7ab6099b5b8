import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

const SIZE_KIB = 16 * 1024;
/** So long that the journal is written when somebody flushes, and not by the clock in the middle of a copy. */
const OPTIONS = "loop,noatime,commit=300";

/**
 * A disk in a file: ext4 on a loop device. A copy of the file is what a power cut would leave: all that the file system had
 * written, nothing of what it only held in memory. The cache of a real disk is not modelled.
 */
export class LoopImage {
  readonly #folder: string;
  #cuts = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs `run` with a new, empty file system. */
  static async with<T>(run: (image: LoopImage) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), "kym-power-cut-"));
    const image = new LoopImage(folder);
    try {
      await execute("mkfs.ext4", ["-q", "-F", "-E", "lazy_itable_init=0", image.#file, `${SIZE_KIB}k`]);
      return await run(image);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** Why this machine can have none; undefined if it can. */
  static async whyNot(): Promise<string | undefined> {
    try {
      await LoopImage.with((image) => image.mounted(image.#file, async () => undefined));
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
    await execute("mount", ["-o", OPTIONS, file ?? this.#file, folder]);
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

  /** Copies the disk as it is now. */
  async cut(): Promise<string> {
    const file = join(this.#folder, `cut-${++this.#cuts}.img`);
    await copyFile(this.#file, file, constants.COPYFILE_FICLONE);
    return file;
  }
}
