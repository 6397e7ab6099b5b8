// Builds what stands in the shadow of `<kym-trace>`.

import { KEY_WORDS } from "../image/image-parts.ts";
import { ELEMENT_STYLE } from "../shell/element-style.ts";
import { htmlNode, svgNode } from "../shell/svg-node.ts";

/** The parts that change. */
export interface TraceParts {
  readonly legend: HTMLElement;
  readonly plot: HTMLElement;
  readonly chart: HTMLElement;
  readonly svg: SVGElement;
  readonly bands: SVGElement;
  readonly cross: SVGElement;
  readonly message: HTMLElement;
  readonly notes: HTMLElement;
  readonly readout: HTMLElement;
  readonly summary: HTMLElement;
  readonly live: HTMLElement;
  /** Has the colours that the chart asks for. */
  readonly probe: HTMLElement;
}

/** Makes the parts in a new shadow root. */
export function makeTraceParts(host: HTMLElement): TraceParts {
  const legend = htmlNode("span", { class: "legend" });
  const chart = htmlNode("div", { "aria-hidden": "true" });
  const [bands, cross] = [svgNode("g", {}), svgNode("g", {})];
  const svg = svgNode("svg", { "aria-hidden": "true" }, [bands, cross]);
  const message = htmlNode("p", { class: "message", role: "status" });
  message.style.margin = "0";
  const plot = htmlNode(
    "div",
    {
      ...{ class: "plot trace", part: "plot", tabindex: 0, role: "application", "aria-label": "Velocity" },
      ...{ "aria-roledescription": "chart of velocity", "aria-describedby": "summary keys" },
    },
    [chart, message],
  );
  const [notes, readout] = [htmlNode("span"), htmlNode("span", { class: "readout" })];
  const summary = htmlNode("p", { class: "unseen", id: "summary" });
  const live = htmlNode("p", { class: "unseen", "aria-live": "polite" });
  const probe = htmlNode("i", { hidden: "" });
  host
    .attachShadow({ mode: "open" })
    .append(
      htmlNode("style", {}, [ELEMENT_STYLE]),
      htmlNode("div", { class: "head", part: "head" }, [legend]),
      plot,
      htmlNode("div", { class: "foot", part: "foot" }, [notes, readout]),
      ...[summary, htmlNode("p", { class: "unseen", id: "keys" }, [KEY_WORDS]), live, probe],
    );
  return { legend, plot, chart, svg, bands, cross, message, notes, readout, summary, live, probe };
}
