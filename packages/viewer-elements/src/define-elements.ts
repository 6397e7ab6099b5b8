// Registers the elements.

import { KymImageElement } from "./image/kym-image-element.ts";
import { watchPrinting } from "./shell/plot-watch.ts";
import { KymTraceElement } from "./trace/kym-trace-element.ts";

/**
 * Defines `<kym-image>` and `<kym-trace>`, unless the page has them. Elements that stand in the page already come to life. Does
 * nothing where there are no custom elements, such as on a server.
 */
export function defineElements(): void {
  const registry = globalThis.customElements;
  if (registry !== undefined && registry.get("kym-image") === undefined) {
    watchPrinting();
    registry.define("kym-image", KymImageElement);
    registry.define("kym-trace", KymTraceElement);
  }
}
