// Loads what makes and decodes tables when the first one is read or written, in a bundle as well.

import { loadArrow } from "#arrow";

/** The functions that make, decode and encode tables, with Arrow ready. Nothing else in the dataset imports either. */
export async function loadTableCode(): Promise<typeof import("./table-code.ts")> {
  const [code] = await Promise.all([import("./table-code.ts"), loadArrow()]);
  return code;
}
