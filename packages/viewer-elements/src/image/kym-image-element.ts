// `<kym-image>`: a kymograph with time to the right, its ROIs, slopes and events.

import { hitPlace, PALETTES, type PaletteName } from "@kym/view";
import { ViewerError } from "../errors.ts";
import type { Kymograph, KymographData } from "../model/kymograph.ts";
import { parseKymograph } from "../model/parse-kymograph.ts";
import type { TimeRange } from "../model/time-range.ts";
import { ViewerState } from "../model/viewer-state.ts";
import { placeWords, shownWords, sizeWords, summaryWords } from "../model/viewer-words.ts";
import { imageContrast, type LayerContrasts, parseContrast } from "../screen/image-contrast.ts";
import { paintScreen } from "../screen/paint-screen.ts";
import { BOTTOM_GUTTER, imageBox, type PlotBox, spaceAxis, timeAxis } from "../screen/plot-layout.ts";
import { screenPlane } from "../screen/screen-plane.ts";
import { ElementBase } from "../shell/element-base.ts";
import { asViewerError, type PlaceDetail, placeDetail, sendEvent, viewDetail } from "../shell/kym-events.ts";
import { listenToGestures } from "../shell/plot-gestures.ts";
import { PlotWatch } from "../shell/plot-watch.ts";
import { ImageLoader } from "./image-loader.ts";
import { drawCrosshair, drawImageOverlay } from "./image-overlay.ts";
import { type ImageParts, makeImageParts } from "./image-parts.ts";

/**
 * A kymograph. Give it `data`, or the attributes `src`, `image` and `channel`.
 *
 * Attributes: `src`, the URL of a dataset; `image`, an id, path or file name in it; `channel`, from 1; `palette`; `contrast`, two
 * percentiles such as `1 99.5`; `height` of the picture in CSS pixels; `no-time-axis`, if a trace below has it; `no-tools`.
 *
 * Events, all of which bubble: `kym-ready` when it is there; `kym-load` when there is something to see; `kym-view` with the range
 * that is shown; `kym-hover` with what lies below the crosshair, or null; `kym-select` with the ROI that was clicked, or null;
 * `kym-error` with a `ViewerError`.
 */
export class KymImageElement extends ElementBase {
  static readonly observedAttributes: readonly string[] = [
    ...["src", "image", "channel", "palette", "contrast", "height", "no-time-axis", "no-tools"],
  ];

  /** What this element shares with every `<kym-trace for>` of it. */
  readonly state: ViewerState = new ViewerState();
  readonly #loader = new ImageLoader(this.state, {
    onError: (error) => this.#fail(error),
    onChange: () => this.#watch.drawSoon(),
  });
  readonly #watch = new PlotWatch(this, () => this.#draw());
  #parts: ImageParts | undefined;
  #live: AbortController | undefined;
  #error: ViewerError | undefined;
  #contrasts: LayerContrasts | undefined;
  #box: PlotBox = imageBox(0, 1, { hasEvents: false });
  #drag: { readonly from: number; readonly to: number } | undefined;

  /** What is shown; undefined before there is anything. */
  get data(): Kymograph | undefined {
    return this.state.kymograph;
  }

  /**
   * Shows a kymograph. What is wrong with it is shown in words and sent as `kym-error`; nothing is thrown into the page.
   * Undefined empties the element.
   */
  set data(data: KymographData | undefined) {
    this.#loader.stop();
    this.#attempt(() => {
      this.state.show(data === undefined ? undefined : parseKymograph(data));
    });
  }

  /** The lines that are shown. */
  get range(): TimeRange {
    return this.state.range;
  }

  set range(range: TimeRange) {
    this.state.setRange(range);
  }

  get palette(): PaletteName {
    const wanted = this.getAttribute("palette") ?? "gray";
    const known = PALETTES.find((name) => name === wanted);
    if (known === undefined) {
      throw new ViewerError(
        "invalid_data",
        `palette: expected ${PALETTES.join(", ")}, found ${JSON.stringify(wanted)}`,
      );
    }
    return known;
  }

  set palette(name: PaletteName) {
    this.setAttribute("palette", name);
  }

  /** Called by the browser. */
  connectedCallback(): void {
    const live = new AbortController();
    this.#live = live;
    this.#parts ??= makeImageParts(this);
    const stop = this.state.listen((change) => {
      if (change === "kymograph") {
        this.#contrasts = undefined;
        this.#error = undefined;
        if (this.data !== undefined) {
          queueMicrotask(() => sendEvent(this, "kym-load", { name: this.data?.name ?? "" }));
        }
      } else if (change === "pixels") {
        this.#error = undefined;
        // The first lines that are loaded decide the contrast of all.
        this.#contrasts = this.data?.stretches.length === 1 ? undefined : this.#contrasts;
      } else if (change === "range" && this.data !== undefined) {
        sendEvent(this, "kym-view", viewDetail(this.range, this.data.pixelSize));
      } else if (change === "crosshair") {
        sendEvent(this, "kym-hover", this.#place() ?? null);
      } else if (change === "selection") {
        sendEvent(this, "kym-select", this.state.roiId === undefined ? null : { roiId: this.state.roiId });
      }
      this.#watch.drawSoon();
    });
    live.signal.addEventListener("abort", stop);
    this.#listen(this.#parts, live.signal);
    this.#watch.start(live.signal);
    sendEvent(this, "kym-ready", null);
    this.#open();
  }

  /** Called by the browser. Ends whatever is being loaded, unless the element only moved. */
  disconnectedCallback(): void {
    this.#live?.abort();
    queueMicrotask(() => {
      if (!this.isConnected) {
        this.#loader.stop();
      }
    });
  }

  /** Called by the browser. */
  attributeChangedCallback(name: string): void {
    if (!this.isConnected || this.#parts === undefined) {
      return;
    }
    if (name === "src" || name === "image" || name === "channel") {
      queueMicrotask(() => this.#open());
      return;
    }
    this.#contrasts = undefined;
    this.#error = undefined;
    this.#watch.drawSoon();
  }

  #open(): void {
    const src = this.getAttribute("src");
    if (src !== null && this.isConnected) {
      this.#error = undefined;
      this.#attempt(() => {
        this.#loader.open({
          src: new URL(src, this.ownerDocument.baseURI).href,
          image: this.getAttribute("image") ?? "",
          channel: channelOf(this.getAttribute("channel")),
        });
      });
    }
    this.#watch.drawSoon();
  }

  #listen({ plot, select, buttons, live }: ImageParts, signal: AbortSignal): void {
    listenToGestures(
      {
        state: this.state,
        ...{ focused: plot, surface: plot },
        axis: () => timeAxis(this.range, this.#box),
        onPlace: (place) => this.#hover(place),
        onClick: (place) => this.state.select(this.#hit(place)?.roi?.roi.id),
        onBox: (box) => {
          this.#drag = box;
          this.#watch.drawSoon();
        },
        onStep: () => {
          live.textContent = this.#words();
        },
      },
      signal,
    );
    const zoom = (factor: number): void => {
      const middle = (this.range.start + this.range.stop) / 2;
      const half = (factor * (this.range.stop - this.range.start)) / 2;
      this.range = { start: middle - half, stop: middle + half };
    };
    buttons.nearer.addEventListener("click", () => zoom(1 / 2), { signal });
    buttons.farther.addEventListener("click", () => zoom(2), { signal });
    buttons.all.addEventListener("click", () => zoom(Number.MAX_SAFE_INTEGER), { signal });
    select.addEventListener("change", () => this.setAttribute("palette", select.value), { signal });
  }

  #hit({ x, y }: { readonly x: number; readonly y: number }): ReturnType<typeof hitPlace> | undefined {
    const { data } = this;
    return (
      data &&
      hitPlace(
        {
          lines: timeAxis(this.range, this.#box),
          columns: spaceAxis(data.size.columns, this.#box),
          ...{ size: data.size, pixelSize: data.pixelSize },
        },
        { alongLines: x, alongColumns: y },
        { rois: data.rois, tolerance: 3 },
      )
    );
  }

  #hover(place: { readonly x: number; readonly y: number } | undefined): void {
    const hit = place && this.#hit(place);
    this.state.setCrosshair(hit?.pixel && { line: hit.line, column: hit.column });
  }

  #place(): PlaceDetail | undefined {
    const { crosshair } = this.state;
    return crosshair && this.data && placeDetail(this.data, crosshair);
  }

  #words(): string {
    const place = this.#place();
    return place === undefined || this.data === undefined ? "" : placeWords(place, this.data.pixelSize);
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(cause: unknown): void {
    const error = asViewerError(cause);
    if (error.message !== this.#error?.message) {
      this.#error = error;
      sendEvent(this, "kym-error", error);
    }
    this.#watch.drawSoon();
  }

  #draw(): void {
    const parts = this.#parts;
    if (parts === undefined) {
      return;
    }
    this.#attempt(() => this.#drawPicture(parts));
    const { data } = this;
    const isEmpty = data === undefined;
    parts.message.className = `message${this.#error === undefined ? "" : " error"}`;
    parts.message.textContent =
      this.#error !== undefined && (isEmpty || this.#error.code === "invalid_data")
        ? this.#error.message
        : !isEmpty
          ? ""
          : this.#loader.isOpening
            ? "Loading …"
            : "Nothing to show yet.";
    parts.tools.hidden = this.hasAttribute("no-tools") || isEmpty;
  }

  #drawPicture({ plot, canvas, marks, cross, ...parts }: ImageParts): void {
    const { data, palette } = this;
    const percents = parseContrast(this.getAttribute("contrast"));
    const height = Number(this.getAttribute("height") ?? Number.NaN);
    this.#box = imageBox(this.clientWidth, data?.size.columns ?? 24, {
      hasEvents: (data?.events.length ?? 0) > 0,
      height: height > 0 && height <= 4000 ? height : undefined,
    });
    const box = this.#box;
    const hasTimeAxis = !this.hasAttribute("no-time-axis");
    plot.style.height = `${box.top + box.height + (hasTimeAxis ? BOTTOM_GUTTER : 8)}px`;
    if (data === undefined) {
      parts.name.textContent = "";
      parts.size.textContent = "";
      return;
    }
    const scale = this.ownerDocument.defaultView?.devicePixelRatio ?? 1;
    const [width, rows] = [Math.round(box.width * scale), Math.round(box.height * scale)];
    const axis = { from: this.range.start, to: this.range.stop, start: 0, stop: width };
    const layers = { ...data, ...data.size };
    const screen = screenPlane(layers, axis, width);
    this.#contrasts ??= imageContrast(data, percents);
    canvas.width = width;
    canvas.height = rows;
    canvas.style.cssText = `left:${box.left}px;top:${box.top}px;width:${box.width}px;height:${box.height}px`;
    const pixels = paintScreen(screen, { contrasts: this.#contrasts, palette, height: rows });
    canvas.getContext("2d")?.putImageData(new ImageData(pixels, width, rows), 0, 0);
    drawImageOverlay(marks, { kymograph: data, box, state: this.state, palette, hasTimeAxis });
    drawCrosshair(cross, { kymograph: data, box, state: this.state, drag: this.#drag });
    parts.name.textContent = data.name;
    parts.size.textContent = sizeWords(data);
    parts.shown.textContent = [
      shownWords(screen.shownAs),
      ...(this.#loader.isLoading ? ["loading …"] : []),
      // The picture that is there stays. What is wrong with new data stands in its place.
      ...(this.#error === undefined || this.#error.code === "invalid_data"
        ? []
        : [`⚠ ${this.#error.message}`]),
    ].join(" · ");
    parts.readout.textContent = this.#words();
    parts.summary.textContent = summaryWords(data);
    parts.select.value = palette;
    plot.setAttribute("aria-label", data.name === "" ? "Kymograph" : `Kymograph ${data.name}`);
    this.#loader.want(this.range);
  }
}

/** A channel as it stands in an attribute; undefined if it is absent. */
function channelOf(text: string | null): number | undefined {
  if (text === null || text === "") {
    return undefined;
  }
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new ViewerError("invalid_data", `channel: expected a number from 1, found ${JSON.stringify(text)}`);
  }
  return Number(text);
}
