// Reads and stages images in worker threads, each on a processor of its own.

import { availableParallelism } from "node:os";
import { WorkerPool } from "@kym/zarr-store/node";
import { isZarrStoreError } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import type { TiffCodec } from "../../tiff/codecs/tiff-codec.ts";
import type { ImageOutcome, ImageTask, StagedImage } from "./image-task.ts";

/** Below this, the threads would take longer to start than to read. */
const LEAST_BYTES = 50_000_000;
const MOST_THREADS = 8;
/** So many threads may die in a row before an ingest gives up. */
const MOST_DEATHS = 3;

/** What is young in a thread is of one image, and small: its pixels are not in V8's heap. */
const MOST_YOUNG_MB = 4;

/** When and how threads are used. Tests change it. */
export interface ThreadSettings {
  /** Fewer bytes of images are read without threads. */
  readonly fromBytes: number;
  /** The processors of this machine. */
  readonly processors: number;
  /** The module of a thread. */
  readonly module: URL;
}

export interface ThreadOptions {
  readonly codecs?: readonly TiffCodec[] | undefined;
  readonly jobs?: number | undefined;
  readonly threads?: Partial<ThreadSettings> | undefined;
}

/** Makes threads for so many bytes of images, which start when they are needed; undefined if none are to be used. */
export function startImageThreads(
  sizeBytes: number,
  { codecs = [], jobs, threads = {} }: ThreadOptions,
): ImageThreads | undefined {
  const { fromBytes = LEAST_BYTES, processors = availableParallelism(), module } = threads;
  const size = jobs ?? Math.min(processors, MOST_THREADS);
  // A caller's codecs are functions, which cannot be given to a thread.
  return sizeBytes < fromBytes || size < 2 || codecs.length > 0 ? undefined : new ImageThreads(size, module);
}

/** The threads of an ingest. A thread that dies costs the image that it had, and another takes its place. */
export class ImageThreads implements AsyncDisposable {
  readonly size: number;
  readonly #pool: WorkerPool<ImageTask, ImageOutcome>;
  #deathsInARow = 0;

  constructor(size: number, module?: URL) {
    this.size = size;
    // From the sources of a clone, threads load TypeScript, as this thread does. A build has this module in `node/index.js`.
    const isSource = import.meta.url.endsWith(".ts");
    this.#pool = new WorkerPool({
      module:
        module ?? new URL(isSource ? "./image-worker.ts" : "./threads/image-worker.js", import.meta.url),
      size,
      resourceLimits: { maxYoungGenerationSizeMb: MOST_YOUNG_MB },
      execArgv: isSource ? ["--conditions=@kym/source", "--disable-warning=ExperimentalWarning"] : undefined,
    });
  }

  /**
   * Reads and stages an image. Returns the reason if that is not possible for this image. After an abort, no thread
   * goes on.
   *
   * @throws LegacyIoError `io` once three threads in a row have died, and for what broke in the thread and concerns every image
   */
  async stage(
    task: ImageTask,
    signal: AbortSignal | undefined,
  ): Promise<StagedImage | { readonly reason: string } | "aborted"> {
    const { image } = task.files;
    const outcome = await this.#run(task, signal);
    if (outcome === "aborted" || outcome.kind === "failed") {
      return outcome;
    }
    if (outcome.kind === "broken") {
      throw new LegacyIoError("io", `${image.relPath} could not be stored: ${outcome.message}`, {
        path: image.path,
        found: outcome.message,
      });
    }
    return outcome.image;
  }

  async #run(task: ImageTask, signal: AbortSignal | undefined): Promise<ImageOutcome | "aborted"> {
    const { path, relPath } = task.files.image;
    try {
      const outcome = await this.#pool.run(task, { signal });
      this.#deathsInARow = 0;
      return outcome;
    } catch (error) {
      if (isZarrStoreError(error, "aborted")) {
        return "aborted";
      }
      if (!isZarrStoreError(error, "not_supported")) {
        throw error;
      }
      this.#deathsInARow++;
      if (this.#deathsInARow >= MOST_DEATHS) {
        const message = `${MOST_DEATHS} worker threads died one after another, the last at ${relPath}: ${error.message}; without threads (1 job) it may say more`;
        throw new LegacyIoError("io", message, { path, found: error.message, cause: error });
      }
      return { kind: "failed", reason: error.message };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close();
  }
}
