// Listens to pointers, wheel and keys of a plot, and asks pure functions what they mean.

import type { Axis } from "@kym/view";
import { applyGesture } from "../model/apply-gesture.ts";
import { dragGesture, type Gesture, keyGesture, pinchGesture, wheelGesture } from "../model/gesture.ts";
import type { ViewerState } from "../model/viewer-state.ts";

/** What a plot tells, and wants to know. */
export interface GesturePlot {
  readonly state: ViewerState;
  /** What has the focus: keys come here. */
  readonly focused: HTMLElement;
  /** What pointers come to. */
  readonly surface: HTMLElement;
  /** The axis of time, from the left edge of the surface. */
  axis(): Axis;
  /** The pointer is at a place of the surface; undefined when it left. */
  onPlace(place: { readonly x: number; readonly y: number } | undefined): void;
  onClick(place: { readonly x: number; readonly y: number }): void;
  /** A box is drawn between two places, or no longer. */
  onBox(box: { readonly from: number; readonly to: number } | undefined): void;
  /** The crosshair was moved by keys. */
  onStep(): void;
}

/** Listens until a signal is aborted. */
export function listenToGestures(plot: GesturePlot, signal: AbortSignal): void {
  const { state, focused, surface } = plot;
  const pointers = new Map<number, number>();
  let drag: { readonly from: number; readonly isTouch: boolean } | undefined;

  const act = (gesture: Gesture | undefined): void => {
    const { kymograph, range, bounds, crosshair } = state;
    if (gesture === undefined || kymograph === undefined) {
      return;
    }
    const next = applyGesture(gesture, { range, bounds, crosshair, size: kymograph.size, axis: plot.axis() });
    state.setRange(next.range);
    state.setCrosshair(next.crosshair);
  };
  const placeOf = ({ clientX, clientY }: MouseEvent): { readonly x: number; readonly y: number } => {
    const { left, top } = surface.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const within = (x: number): number => {
    const { start, stop } = plot.axis();
    return Math.min(stop, Math.max(start, x));
  };
  const endDrag = (): void => {
    drag = undefined;
    plot.onBox(undefined);
  };

  focused.addEventListener(
    "keydown",
    (event) => {
      const { key, shiftKey, ctrlKey, altKey, metaKey } = event;
      const gesture = keyGesture({ key, shiftKey, hasOther: ctrlKey || altKey || metaKey });
      if (gesture !== undefined && event.target === focused) {
        event.preventDefault();
        focused.classList.remove("pointed");
        endDrag();
        act(gesture);
        if (gesture.kind === "step") {
          plot.onStep();
        }
      }
    },
    { signal },
  );
  focused.addEventListener("blur", () => focused.classList.remove("pointed"), { signal });
  surface.addEventListener(
    "wheel",
    (event) => {
      const hasFocus = focused.matches(":focus");
      const gesture = wheelGesture(event, { place: placeOf(event).x, width: surface.clientWidth, hasFocus });
      if (gesture !== undefined) {
        event.preventDefault();
        act(gesture);
      }
    },
    { signal, passive: false },
  );
  surface.addEventListener("dblclick", () => act({ kind: "all" }), { signal });
  surface.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) {
        return;
      }
      const { x } = placeOf(event);
      pointers.set(event.pointerId, x);
      surface.setPointerCapture(event.pointerId);
      focused.focus({ preventScroll: true });
      // A frame as wide as for keys would flash at each click.
      focused.classList.add("pointed");
      drag = pointers.size === 1 ? { from: within(x), isTouch: event.pointerType === "touch" } : undefined;
      if (pointers.size > 1) {
        plot.onBox(undefined);
      }
    },
    { signal },
  );
  surface.addEventListener(
    "pointermove",
    (event) => {
      const place = placeOf(event);
      const before = [...pointers.values()];
      const last = pointers.get(event.pointerId);
      if (last !== undefined) {
        pointers.set(event.pointerId, place.x);
      }
      const [a = 0, b = 0] = before;
      const [c = 0, d = 0] = pointers.values();
      if (pointers.size === 2) {
        act(pinchGesture(plot.axis(), a < b ? [a, b] : [b, a], a < b ? [c, d] : [d, c]));
      } else if (drag?.isTouch && last !== undefined) {
        const axis = plot.axis();
        act({ kind: "pan", share: (last - place.x) / (axis.stop - axis.start) });
      } else {
        plot.onPlace(place);
        if (drag !== undefined) {
          plot.onBox({ from: drag.from, to: within(place.x) });
        }
      }
    },
    { signal },
  );
  surface.addEventListener(
    "pointerup",
    (event) => {
      const place = placeOf(event);
      pointers.delete(event.pointerId);
      if (drag !== undefined) {
        const gesture = dragGesture(plot.axis(), drag.from, within(place.x));
        const isClick = gesture === undefined;
        if (!drag.isTouch) {
          act(gesture);
        }
        if (isClick) {
          plot.onClick(place);
        }
      }
      endDrag();
    },
    { signal },
  );
  surface.addEventListener(
    "pointercancel",
    (event) => {
      pointers.delete(event.pointerId);
      endDrag();
    },
    { signal },
  );
  surface.addEventListener("pointerleave", () => plot.onPlace(undefined), { signal });
}
