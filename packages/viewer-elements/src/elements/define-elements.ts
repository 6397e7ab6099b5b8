// Registers the elements.

import { KymImageElement } from "./kym-image-element.ts";
import { KymTraceElement } from "./kym-trace-element.ts";

/**
 * Defines `<kym-image>` and `<kym-trace>`, unless the page has them. Elements that stand in the page already come to life. Does
 * nothing where there are no custom elements, such as on a server.
 */
export function defineElements(): void {
  const registry = globalThis.customElements;
  if (registry !== undefined && registry.get("kym-image") === undefined) {
    registry.define("kym-image", KymImageElement);
    registry.define("kym-trace", KymTraceElement);
  }
}
