// Loads what an image shows: a dataset's image, what was measured of it, and native lines for what is seen.

import type { Kymograph, KymographResults } from "../model/kymograph.ts";
import type { TimeRange } from "../model/time-range.ts";
import type { ViewerState } from "../model/viewer-state.ts";
import { wantedLines } from "../screen/wanted-lines.ts";
import { asViewerError } from "../shell/kym-events.ts";
import { type KymographRequest, sourceOpener } from "../shell/source-opener.ts";

/** Lines are loaded once the range has stayed the same for so long. */
const SETTLED_MS = 120;

/** The shell around loading. Each new wish ends the one before. */
export class ImageLoader {
  readonly #state: ViewerState;
  readonly #onError: (error: unknown) => void;
  readonly #onChange: () => void;
  #opening = new AbortController();
  #lines: { readonly wanted: TimeRange; readonly abort: AbortController } | undefined;
  #failed: TimeRange | undefined;
  isOpening = false;

  constructor(
    state: ViewerState,
    on: { readonly onError: (error: unknown) => void; readonly onChange: () => void },
  ) {
    this.#state = state;
    this.#onError = on.onError;
    this.#onChange = on.onChange;
  }

  /** Whether native lines are on their way. */
  get isLoading(): boolean {
    return this.#lines !== undefined;
  }

  /** Ends whatever is being loaded. */
  stop(): void {
    this.#opening.abort();
    this.#opening = new AbortController();
    this.#lines?.abort.abort();
    this.#lines = undefined;
    this.#failed = undefined;
    this.isOpening = false;
  }

  /**
   * Opens an image of a dataset, then what was measured of it.
   *
   * @throws {ViewerError} `no_loader`
   */
  open(request: KymographRequest): void {
    this.stop();
    const { signal } = this.#opening;
    const open = sourceOpener();
    this.isOpening = true;
    void this.#attempt(signal, async () => {
      const kymograph = await open(request, { signal });
      signal.throwIfAborted();
      this.isOpening = false;
      // Lines of the image before may still be on their way.
      this.#lines?.abort.abort();
      this.#lines = undefined;
      this.#failed = undefined;
      this.#state.show(kymograph);
      const results = await this.#resultsOf(kymograph, signal);
      signal.throwIfAborted();
      if (results !== undefined) {
        this.#state.addResults(results);
      }
    });
  }

  /** What was measured. A trace beside the image says why it has nothing. */
  async #resultsOf({ loadResults }: Kymograph, signal: AbortSignal): Promise<KymographResults | undefined> {
    try {
      return await loadResults?.({ signal });
    } catch (error) {
      if (!signal.aborted) {
        this.#state.failResults(asViewerError(error).message);
      }
      throw error;
    }
  }

  /** Loads the native lines of a range that are missing, unless they are on their way. */
  want(range: TimeRange): void {
    const { kymograph } = this.#state;
    const wanted = kymograph && wantedLines(kymograph, range);
    const current = this.#lines;
    if (kymograph?.loadLines === undefined || wanted === undefined) {
      current?.abort.abort();
      this.#lines = undefined;
      return;
    }
    const isOnItsWay = current !== undefined && covers(current.wanted, range);
    if (isOnItsWay || (this.#failed !== undefined && covers(this.#failed, range))) {
      return;
    }
    current?.abort.abort();
    const abort = new AbortController();
    const lines = { wanted, abort };
    this.#lines = lines;
    const { loadLines } = kymograph;
    void this.#attempt(abort.signal, async () => {
      await settled(abort.signal);
      try {
        const plane = await loadLines(wanted, { signal: abort.signal });
        abort.signal.throwIfAborted();
        this.#lines = undefined;
        this.#state.addStretch({ firstLine: wanted.start, plane });
      } catch (error) {
        if (!abort.signal.aborted) {
          this.#failed = wanted;
        }
        throw error;
      } finally {
        if (this.#lines === lines) {
          this.#lines = undefined;
        }
      }
    });
  }

  /** Runs a step. An abort is not an error: somebody wanted something else. */
  async #attempt(signal: AbortSignal, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!signal.aborted) {
        this.isOpening = false;
        this.#onError(error);
      }
    }
    this.#onChange();
  }
}

function covers(outer: TimeRange, inner: TimeRange): boolean {
  return outer.start <= Math.floor(inner.start) && outer.stop >= Math.ceil(inner.stop);
}

function settled(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, SETTLED_MS);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}
