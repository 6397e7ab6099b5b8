// What keys, the wheel and drags mean: decided from the fields of an event alone.

import { type Axis, fromScreen } from "@kym/view";
import type { TimeRange } from "./time-range.ts";

/** What a person asks a viewer to do. */
export type Gesture =
  /** Moves by a share of what is shown. */
  | { readonly kind: "pan"; readonly share: number }
  /** Below 1 zooms in. `about` is a place on the screen; undefined for the crosshair, or the middle. */
  | { readonly kind: "zoom"; readonly factor: number; readonly about?: number | undefined }
  | { readonly kind: "show"; readonly range: TimeRange }
  | { readonly kind: "all" }
  /** Moves the crosshair, in pixels of the image or, with `large`, tenths of what is shown. */
  | { readonly kind: "step"; readonly lines: number; readonly columns: number }
  | { readonly kind: "leave" };

const ZOOM_STEP = 1.5;
const PAN_STEP = 0.2;

/** The meaning of a key, as `KeyboardEvent.key`; undefined for keys that belong to the page. */
export function keyGesture({
  key,
  shiftKey,
  hasOther,
}: {
  readonly key: string;
  readonly shiftKey: boolean;
  /** Whether Ctrl, Alt or Meta is held. */
  readonly hasOther: boolean;
}): Gesture | undefined {
  if (hasOther) {
    return undefined;
  }
  if (shiftKey) {
    return STEPS[key] ?? KEYS[key];
  }
  return KEYS[key];
}

const KEYS: Readonly<Record<string, Gesture>> = {
  ArrowLeft: { kind: "pan", share: -PAN_STEP },
  ArrowRight: { kind: "pan", share: PAN_STEP },
  PageUp: { kind: "pan", share: -1 },
  PageDown: { kind: "pan", share: 1 },
  Home: { kind: "pan", share: Number.NEGATIVE_INFINITY },
  End: { kind: "pan", share: Number.POSITIVE_INFINITY },
  ArrowUp: { kind: "zoom", factor: 1 / ZOOM_STEP },
  ArrowDown: { kind: "zoom", factor: ZOOM_STEP },
  "+": { kind: "zoom", factor: 1 / ZOOM_STEP },
  "=": { kind: "zoom", factor: 1 / ZOOM_STEP },
  "-": { kind: "zoom", factor: ZOOM_STEP },
  Enter: { kind: "all" },
  "0": { kind: "all" },
  Escape: { kind: "leave" },
};

const STEPS: Readonly<Record<string, Gesture>> = {
  ArrowLeft: { kind: "step", lines: -1, columns: 0 },
  ArrowRight: { kind: "step", lines: 1, columns: 0 },
  ArrowUp: { kind: "step", lines: 0, columns: -1 },
  ArrowDown: { kind: "step", lines: 0, columns: 1 },
};

/** How much one pixel of a wheel zooms: a notch of 100 by about a fifth. */
const ZOOM_PER_PIXEL = 0.002;
const PIXELS_PER_LINE = 16;
const PIXELS_PER_PAGE = 400;

/**
 * The meaning of a wheel or of two fingers on a touchpad. A pinch, which browsers send with Ctrl, always zooms. Without it the page
 * scrolls, until the viewer has the focus: nobody can scroll a report over pictures that hold the wheel.
 */
export function wheelGesture(
  event: {
    readonly deltaX: number;
    readonly deltaY: number;
    /** 0 for pixels, 1 for lines, 2 for pages. */
    readonly deltaMode: number;
    readonly ctrlKey: boolean;
    readonly shiftKey: boolean;
  },
  { place, width, hasFocus }: { readonly place: number; readonly width: number; readonly hasFocus: boolean },
): Gesture | undefined {
  const unit = event.deltaMode === 1 ? PIXELS_PER_LINE : event.deltaMode === 2 ? PIXELS_PER_PAGE : 1;
  if (!event.ctrlKey && !hasFocus) {
    return undefined;
  }
  const [x, y] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
  if (!event.ctrlKey && Math.abs(x) > Math.abs(y)) {
    return { kind: "pan", share: (x * unit) / Math.max(1, width) };
  }
  // Pinches come in small steps.
  const strength = event.ctrlKey && event.deltaMode === 0 ? 5 * ZOOM_PER_PIXEL : ZOOM_PER_PIXEL;
  const bounded = Math.max(-200, Math.min(200, y * unit));
  return bounded === 0 ? undefined : { kind: "zoom", factor: Math.exp(bounded * strength), about: place };
}

/** Movements below this many CSS pixels are a click. */
const LEAST_DRAG = 4;

/** A drag of a mouse shows what lies between its ends; undefined for a click. */
export function dragGesture(axis: Axis, from: number, to: number): Gesture | undefined {
  if (Math.abs(to - from) < LEAST_DRAG) {
    return undefined;
  }
  const [a, b] = [fromScreen(axis, from), fromScreen(axis, to)];
  return { kind: "show", range: { start: Math.min(a, b), stop: Math.max(a, b) } };
}

/** Two fingers keep the lines below them: the range in which both lie where the fingers are now. */
export function pinchGesture(
  axis: Axis,
  before: readonly [number, number],
  now: readonly [number, number],
): Gesture | undefined {
  const lines = before.map((place) => fromScreen(axis, place));
  const [a = 0, b = 0] = lines;
  const spread = now[1] - now[0];
  if (Math.abs(spread) < 1 || a === b) {
    return undefined;
  }
  const perPlace = (b - a) / spread;
  if (!(perPlace > 0)) {
    return undefined;
  }
  const start = a + (axis.start - now[0]) * perPlace;
  return { kind: "show", range: { start, stop: start + (axis.stop - axis.start) * perPlace } };
}
