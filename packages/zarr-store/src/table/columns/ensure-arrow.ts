// Brings Arrow into a bundle for functions that make a table at once. Node takes `src/node/arrow-on-demand.ts` in its place.

import { ARROW_PARTS } from "./bundled-arrow.ts";
import { keepArrow } from "./loaded-arrow.ts";

/** Makes Arrow ready for the functions that make tables. */
export function ensureArrow(): void {
  keepArrow(ARROW_PARTS);
}
