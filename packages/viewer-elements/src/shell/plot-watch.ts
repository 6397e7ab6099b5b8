// Draws a plot once per frame at most, and again when its size, the density of the screen or the colours change. Before a page
// is printed there is no next frame, so plots are drawn at once.

/** Between `beforeprint` and `afterprint`, which also elements see that are made in between. */
let isPrinted = false;

/** Watches for the page being printed. Called once, before there is an element. */
export function watchPrinting(): void {
  for (const [event, printed] of [
    ["beforeprint", true],
    ["afterprint", false],
  ] as const) {
    addEventListener(
      event,
      () => {
        isPrinted = printed;
      },
      { capture: true },
    );
  }
}

/** Calls `draw` in the next frame after something changed, or at once while the page is printed. */
export class PlotWatch {
  readonly #host: HTMLElement;
  readonly #draw: () => void;
  #frame: number | undefined;
  #isQueued = false;

  constructor(host: HTMLElement, draw: () => void) {
    this.#host = host;
    this.#draw = draw;
  }

  /** Draws in the next frame. */
  drawSoon(): void {
    if (isPrinted) {
      // Runs before the browser goes on to print, once for all that changed meanwhile.
      if (!this.#isQueued) {
        this.#isQueued = true;
        queueMicrotask(() => {
          this.#isQueued = false;
          this.#drawNow();
        });
      }
      return;
    }
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    if (this.#host.isConnected) {
      this.#draw();
    }
  }

  /** Watches until a signal is aborted. */
  start(signal: AbortSignal): void {
    const soon = (): void => this.drawSoon();
    const observer = new ResizeObserver(soon);
    observer.observe(this.#host);
    const watchDensity = (): void => {
      const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
      const changed = (): void => {
        soon();
        watchDensity();
      };
      query.addEventListener("change", changed, { signal, once: true });
    };
    watchDensity();
    for (const query of ["(prefers-color-scheme: dark)", "print"]) {
      matchMedia(query).addEventListener("change", soon, { signal });
    }
    for (const event of ["beforeprint", "afterprint"]) {
      addEventListener(event, soon, { signal });
    }
    signal.addEventListener("abort", () => {
      observer.disconnect();
      if (this.#frame !== undefined) {
        cancelAnimationFrame(this.#frame);
        this.#frame = undefined;
      }
    });
    soon();
  }
}
