// Builds what stands in the shadow of `<kym-image>`.

import { PALETTES } from "@kym/view";
import { ELEMENT_STYLE } from "../shell/element-style.ts";
import { htmlNode, svgNode } from "../shell/svg-node.ts";

/** The parts that change. */
export interface ImageParts {
  readonly name: HTMLElement;
  readonly size: HTMLElement;
  readonly tools: HTMLElement;
  readonly select: HTMLSelectElement;
  readonly buttons: Readonly<Record<"nearer" | "farther" | "all", HTMLButtonElement>>;
  readonly plot: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly marks: SVGElement;
  readonly cross: SVGElement;
  readonly message: HTMLElement;
  readonly shown: HTMLElement;
  readonly readout: HTMLElement;
  readonly summary: HTMLElement;
  readonly live: HTMLElement;
}

/** What keys do, for people who do not see the picture and for the tooltip of nobody: a screen reader says it. */
export const KEY_WORDS =
  "Left and right arrows move, plus and minus zoom, Enter shows all, Shift with arrows moves the crosshair.";

/** Makes the parts in a new shadow root. */
export function makeImageParts(host: HTMLElement): ImageParts {
  const [name, size] = [
    htmlNode("span", { class: "name", part: "name" }),
    htmlNode("span", { class: "size" }),
  ];
  const select = htmlNode(
    "select",
    { "aria-label": "Palette" },
    PALETTES.map((palette) => htmlNode("option", { value: palette }, [palette])),
  );
  const button = (label: string, title: string): HTMLButtonElement =>
    htmlNode("button", { type: "button", title, "aria-label": title }, [label]);
  const buttons = {
    farther: button("−", "Zoom out"),
    nearer: button("+", "Zoom in"),
    all: button("All", "All of the scan"),
  };
  const tools = htmlNode("span", { class: "tools", part: "tools" }, [
    ...[select, buttons.farther, buttons.nearer, buttons.all],
  ]);
  const canvas = htmlNode("canvas", { class: "pixels", "aria-hidden": "true" });
  const [marks, cross] = [svgNode("g", {}), svgNode("g", {})];
  const message = htmlNode("p", { class: "message", role: "status" });
  message.style.margin = "0";
  const plot = htmlNode(
    "div",
    {
      ...{ class: "plot", part: "plot", tabindex: 0, role: "application", "aria-label": "Kymograph" },
      ...{ "aria-roledescription": "kymograph", "aria-describedby": "summary keys" },
    },
    [canvas, svgNode("svg", { "aria-hidden": "true" }, [marks, cross]), message],
  );
  const [shown, readout] = [htmlNode("span"), htmlNode("span", { class: "readout" })];
  const summary = htmlNode("p", { class: "unseen", id: "summary" });
  const live = htmlNode("p", { class: "unseen", "aria-live": "polite" });
  host
    .attachShadow({ mode: "open" })
    .append(
      htmlNode("style", {}, [ELEMENT_STYLE]),
      htmlNode("div", { class: "head", part: "head" }, [name, size, tools]),
      plot,
      htmlNode("div", { class: "foot", part: "foot" }, [shown, readout]),
      ...[summary, htmlNode("p", { class: "unseen", id: "keys" }, [KEY_WORDS]), live],
    );
  return {
    name,
    size,
    tools,
    select,
    buttons,
    plot,
    canvas,
    marks,
    cross,
    message,
    shown,
    readout,
    summary,
    live,
  };
}
