// `<kym-trace>`: the velocities of one ROI, below its kymograph and on the same axis of time.

import { type Axis, fromScreen } from "@kym/view";
import { markColour, roiColour } from "@kym/view/styles";
import type { ViewerError } from "../errors.ts";
import { KymImageElement } from "../image/kym-image-element.ts";
import { eventCounts } from "../model/event-words.ts";
import type { Kymograph, KymographData, KymographEvent, KymographTrace } from "../model/kymograph.ts";
import { parseKymograph } from "../model/parse-kymograph.ts";
import { ViewerState } from "../model/viewer-state.ts";
import { hasVelocity, placeWords, traceWords, velocityWords } from "../model/viewer-words.ts";
import { timeAxis } from "../screen/plot-layout.ts";
import { ElementBase } from "../shell/element-base.ts";
import { asViewerError, sendEvent } from "../shell/kym-events.ts";
import { listenToGestures } from "../shell/plot-gestures.ts";
import { PlotWatch } from "../shell/plot-watch.ts";
import { htmlNode } from "../shell/svg-node.ts";
import { loadTraceChart, type TraceChartClass } from "./load-trace-chart.ts";
import type { ChartColours, TraceChart } from "./trace-chart.ts";
import { drawTraceBands, drawTraceCross } from "./trace-overlay.ts";
import { makeTraceParts, type TraceParts } from "./trace-parts.ts";

const DEFAULT_HEIGHT = 160;

interface ShownChart {
  readonly chart: TraceChart;
  readonly trace: KymographTrace;
  /** Ends its gestures. */
  readonly end: AbortController;
}

/**
 * The velocity trace of one ROI, with gaps where nothing was measured, and its events. The attribute `for` names a `<kym-image>`
 * by its id, with which it shares data, range and crosshair; without it, give it `data`.
 *
 * Attributes: `for`; `roi`, the id of the ROI, otherwise the one that is chosen in the image, or the first with a trace; `height`
 * in CSS pixels, axes included. It sends `kym-error`; everything else is sent by the image.
 */
export class KymTraceElement extends ElementBase {
  static readonly observedAttributes: readonly string[] = ["for", "roi", "height"];

  readonly #own = new ViewerState();
  readonly #watch = new PlotWatch(this, () => this.#draw());
  #state: ViewerState = this.#own;
  #parts: TraceParts | undefined;
  #live: AbortController | undefined;
  #error: ViewerError | undefined;
  #chartClass: TraceChartClass | undefined;
  #chart: ShownChart | undefined;
  #drag: { readonly from: number; readonly to: number } | undefined;

  /** What is shown. */
  get data(): Kymograph | undefined {
    return this.#state.kymograph;
  }

  /** Shows traces that belong to no image of the page. Errors are shown and sent, as for `<kym-image>`. */
  set data(data: KymographData | undefined) {
    this.#error = undefined;
    try {
      this.#own.show(data === undefined ? undefined : parseKymograph(data));
    } catch (error) {
      this.#error = asViewerError(error);
      sendEvent(this, "kym-error", this.#error);
    }
    this.#watch.drawSoon();
  }

  /** Called by the browser. */
  connectedCallback(): void {
    this.#parts ??= makeTraceParts(this);
    this.#connect();
  }

  /** Called by the browser. */
  disconnectedCallback(): void {
    this.#live?.abort();
    this.#dropChart();
  }

  /** Called by the browser. */
  attributeChangedCallback(name: string): void {
    if (this.isConnected && this.#parts !== undefined) {
      if (name === "for") {
        this.#connect();
      }
      this.#watch.drawSoon();
    }
  }

  /** Joins the image that `for` names, now or when it is there. */
  #connect(): void {
    this.#live?.abort();
    const live = new AbortController();
    this.#live = live;
    const name = this.getAttribute("for");
    const root = this.getRootNode();
    const join = (): void => {
      const image = name === null ? null : (root as Document | ShadowRoot).getElementById?.(name);
      if (image instanceof KymImageElement && image.state !== this.#state) {
        stop();
        this.#state = image.state;
        stop = this.#state.listen(() => this.#watch.drawSoon());
        this.#dropChart();
        this.#watch.drawSoon();
      }
    };
    this.#state = this.#own;
    let stop = this.#state.listen(() => this.#watch.drawSoon());
    live.signal.addEventListener("abort", () => stop());
    join();
    root.addEventListener("kym-ready", join, { signal: live.signal });
    this.#watch.start(live.signal);
  }

  /** The trace that is shown: that of `roi`, of the ROI that is chosen, or the first. */
  #trace(): KymographTrace | undefined {
    const traces = this.data?.traces ?? [];
    const wanted = this.getAttribute("roi");
    const of = (roiId: number | undefined): KymographTrace | undefined =>
      traces.find((trace) => trace.roiId === roiId);
    return wanted === null ? (of(this.#state.roiId) ?? traces[0]) : of(Number(wanted));
  }

  #draw(): void {
    const parts = this.#parts;
    if (parts === undefined) {
      return;
    }
    const { data } = this;
    const trace = this.#trace();
    const height = this.#height();
    parts.plot.style.height = `${height}px`;
    const isWrong =
      this.#error !== undefined || (trace === undefined && this.#state.resultsProblem !== undefined);
    parts.message.className = `message${isWrong ? " error" : ""}`;
    parts.message.textContent = this.#error?.message ?? (trace === undefined ? this.#whyEmpty() : "");
    if (data === undefined || trace === undefined || this.clientWidth === 0) {
      this.#dropChart();
      parts.legend.replaceChildren();
      for (const part of [parts.notes, parts.readout, parts.summary]) {
        part.textContent = "";
      }
      return;
    }
    if (this.#chartClass === undefined) {
      parts.message.textContent = this.#error?.message ?? "Loading …";
      this.#loadChart();
      return;
    }
    const { chart } = this.#chartOf(parts, this.#chartClass, { trace, data, height });
    chart.draw(this.#state.range, this.clientWidth, height);
    this.#drawOverlay(parts, chart, trace, data);
    this.#say(parts, chart, trace, data);
  }

  #height(): number {
    const height = Number(this.getAttribute("height") ?? DEFAULT_HEIGHT);
    return height >= 60 && height <= 4000 ? height : DEFAULT_HEIGHT;
  }

  #whyEmpty(): string {
    const { data } = this;
    const wanted = this.getAttribute("roi");
    if (data === undefined) {
      return "Nothing to show yet.";
    }
    const problem = this.#state.resultsProblem;
    if (problem !== undefined) {
      return `What was measured cannot be loaded: ${problem}`;
    }
    return data.loadResults !== undefined
      ? "Loading …"
      : wanted === null
        ? "No velocities were measured."
        : `ROI ${wanted} has no velocities.`;
  }

  /** uPlot is loaded with the first trace. */
  #loadChart(): void {
    if (this.#error === undefined) {
      loadTraceChart().then(
        (chartClass) => {
          this.#chartClass = chartClass;
          this.#watch.drawSoon();
        },
        (error: unknown) => {
          this.#error = asViewerError(error);
          sendEvent(this, "kym-error", this.#error);
          this.#watch.drawSoon();
        },
      );
    }
  }

  #chartOf(
    { chart: into, svg, plot, live, probe }: TraceParts,
    chartClass: TraceChartClass,
    {
      trace,
      data: { pixelSize, rois },
      height,
    }: { readonly trace: KymographTrace; readonly data: Kymograph; readonly height: number },
  ): ShownChart {
    if (this.#chart?.trace === trace) {
      return this.#chart;
    }
    this.#dropChart();
    const index = Math.max(
      0,
      rois.findIndex(({ id }) => id === trace.roiId),
    );
    const chart = new chartClass(into, trace, {
      ...{ pixelSize, range: this.#state.range, width: this.clientWidth, height },
      colours: () => coloursOf(probe, index),
    });
    chart.surface.append(svg);
    const end = new AbortController();
    const state = this.#state;
    const axis = (): Axis => this.#axis(chart);
    listenToGestures(
      {
        ...{ state, focused: plot, surface: chart.surface, axis },
        onPlace: (place) =>
          state.setCrosshair(place && { line: fromScreen(axis(), place.x), column: undefined }),
        onClick: () => state.select(trace.roiId),
        onBox: (box) => {
          this.#drag = box;
          this.#watch.drawSoon();
        },
        onStep: () => {
          live.textContent = this.#words(trace);
        },
      },
      end.signal,
    );
    this.#chart = { chart, trace, end };
    return this.#chart;
  }

  #dropChart(): void {
    this.#chart?.end.abort();
    this.#chart?.chart.destroy();
    this.#chart = undefined;
  }

  #axis({ surface }: TraceChart): Axis {
    return timeAxis(this.#state.range, { left: 0, width: surface.clientWidth });
  }

  #drawOverlay(
    { bands, cross }: TraceParts,
    chart: TraceChart,
    trace: KymographTrace,
    data: Kymograph,
  ): void {
    const axis = this.#axis(chart);
    const { clientHeight: height } = chart.surface;
    const { secondsPerLine } = data.pixelSize;
    drawTraceBands(bands, {
      events: eventsOf(trace, data),
      axis,
      secondsPerLine,
      height,
      zero: chart.placeOf(0),
    });
    drawTraceCross(cross, { crosshair: this.#state.crosshair, axis, height, drag: this.#drag });
  }

  #say(parts: TraceParts, { values }: TraceChart, trace: KymographTrace, data: Kymograph): void {
    const events = eventsOf(trace, data);
    const index = Math.max(
      0,
      data.rois.findIndex(({ id }) => id === trace.roiId),
    );
    const line = htmlNode("i");
    line.style.color = `light-dark(${roiColour(index)}, ${markColour("gray", index)})`;
    const hasSmooth = trace.cleanMmPerS?.some(Number.isFinite) === true && hasVelocity(trace);
    const raw = htmlNode("i");
    raw.style.color = "var(--pale)";
    parts.legend.replaceChildren(
      htmlNode("span", { class: "key name" }, [line, `ROI ${trace.roiId}${hasSmooth ? " cleaned" : ""}`]),
      ...(hasSmooth ? [htmlNode("span", { class: "key" }, [raw, "as analysed"])] : []),
      ...eventCounts(events).map(({ letter, colour, words, count }) => {
        const box = htmlNode("b", {}, [letter]);
        box.style.background = `color-mix(in srgb, ${colour} 30%, transparent)`;
        return htmlNode("span", { class: "key" }, [box, `${words} × ${count}`]);
      }),
    );
    const missing = trace.centreLine.length - trace.velocityMmPerS.filter(Number.isFinite).length;
    parts.notes.textContent = [
      ...(hasVelocity(trace) && missing > 0
        ? [`${missing} of ${trace.centreLine.length} windows without a number`]
        : []),
      ...(values.beyond > 0 ? [`${values.beyond} beyond the axis`] : []),
      ...(events.length > 0 && data.pixelSize.secondsPerLine === null
        ? [`${events.length} events have no place without a line period`]
        : []),
    ].join(" · ");
    parts.readout.textContent = this.#words(trace);
    parts.summary.textContent = `${traceWords(trace)} ${
      events.length === 0
        ? "No events."
        : `Events: ${eventCounts(events)
            .map(({ words, count }) => `${count} × ${words}`)
            .join(", ")}.`
    }`;
    parts.plot.setAttribute(
      "aria-label",
      `Velocity of ROI ${trace.roiId}${data.name === "" ? "" : ` of ${data.name}`}`,
    );
  }

  #words(trace: KymographTrace): string {
    const { crosshair } = this.#state;
    if (crosshair === undefined || this.data === undefined) {
      return "";
    }
    const place = { line: crosshair.line, column: undefined, value: undefined, roiId: undefined };
    return `${placeWords(place, this.data.pixelSize)} · ${velocityWords(trace, crosshair.line)}`;
  }
}

function eventsOf({ roiId }: KymographTrace, { events }: Kymograph): readonly KymographEvent[] {
  return events.filter((event) => event.roiId === roiId);
}

/** What the style sheet makes of the colours now. */
function coloursOf(probe: HTMLElement, index: number): ChartColours {
  const colour = (value: string): string => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  return {
    ink: colour("var(--ink)"),
    pale: colour("var(--pale)"),
    line: colour("var(--line)"),
    trace: colour(`light-dark(${roiColour(index)}, ${markColour("gray", index)})`),
  };
}
