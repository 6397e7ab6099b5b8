// Draws a plot once per frame at most, and again when its size, the density of the screen or the colours change.

/** Calls `draw` in the next frame after something changed. */
export class PlotWatch {
  readonly #host: HTMLElement;
  readonly #draw: () => void;
  #frame: number | undefined;

  constructor(host: HTMLElement, draw: () => void) {
    this.#host = host;
    this.#draw = draw;
  }

  /** Draws in the next frame. */
  drawSoon(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      if (this.#host.isConnected) {
        this.#draw();
      }
    });
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
