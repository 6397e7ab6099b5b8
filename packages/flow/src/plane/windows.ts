// Windows of lines, a quarter of a window apart.

import { refuse } from "../errors.ts";
import type { FlowRegion } from "./plane.ts";

/** Steps in a window: neighbours share three quarters of their lines. */
export const STEPS_PER_WINDOW = 4;

/** @throws {FlowError} `invalid_argument` unless the lines of a window are a positive multiple of 4 */
export function requireWindow(windowLines: number): void {
  if (!Number.isSafeInteger(windowLines) || windowLines < 4 || windowLines % STEPS_PER_WINDOW !== 0) {
    throw refuse("windowLines", "a positive multiple of 4", windowLines);
  }
}

/** How many whole windows a region has; lines left over at its end are in no window. */
export function windowCountOf({ lineStart, lineStop }: FlowRegion, windowLines: number): number {
  const stepLines = windowLines / STEPS_PER_WINDOW;
  return Math.max(0, Math.floor((lineStop - lineStart) / stepLines) - (STEPS_PER_WINDOW - 1));
}
