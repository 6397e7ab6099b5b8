// Checks what keys, the wheel and drags mean, and what they do.

import { describe, expect, test } from "vitest";
import { applyGesture } from "../../src/model/apply-gesture.ts";
import { dragGesture, keyGesture, pinchGesture, wheelGesture } from "../../src/model/gesture.ts";

const AXIS = { from: 0, to: 1000, start: 0, stop: 500 };
const BASIS = {
  range: { start: 0, stop: 1000 },
  bounds: { start: 0, stop: 1000 },
  crosshair: undefined,
  size: { lines: 1000, columns: 20 },
  axis: AXIS,
};
const WHEEL = { deltaX: 0, deltaY: 0, deltaMode: 0, ctrlKey: false, shiftKey: false };
const FOCUSED = { place: 100, width: 500, hasFocus: true };

describe("a key", () => {
  test("moves, zooms and shows all; with Shift an arrow moves the crosshair", () => {
    const key = (name: string, shiftKey = false): unknown =>
      keyGesture({ key: name, shiftKey, hasOther: false });
    expect(key("ArrowRight")).toEqual({ kind: "pan", share: 0.2 });
    expect(key("+", true)).toEqual(key("="));
    expect(key("Enter")).toEqual({ kind: "all" });
    expect(key("ArrowUp", true)).toEqual({ kind: "step", lines: 0, columns: -1 });
    expect(key("a")).toBeUndefined();
  });

  test("with Ctrl, Alt or Meta belongs to the browser", () => {
    expect(keyGesture({ key: "+", shiftKey: false, hasOther: true })).toBeUndefined();
  });
});

describe("the wheel", () => {
  test("belongs to the page until the picture has the focus; a pinch does not", () => {
    const unfocused = { ...FOCUSED, hasFocus: false };
    expect(wheelGesture({ ...WHEEL, deltaY: 100 }, unfocused)).toBeUndefined();
    expect(wheelGesture({ ...WHEEL, deltaY: -10, ctrlKey: true }, unfocused)).toMatchObject({
      kind: "zoom",
      about: 100,
    });
    expect(wheelGesture({ ...WHEEL, deltaY: -100 }, FOCUSED)).toEqual({
      kind: "zoom",
      factor: Math.exp(-0.2),
      about: 100,
    });
  });

  test("moves when it turns sideways, or with Shift", () => {
    expect(wheelGesture({ ...WHEEL, deltaX: 50, deltaY: 10 }, FOCUSED)).toEqual({ kind: "pan", share: 0.1 });
    expect(wheelGesture({ ...WHEEL, deltaY: 50, shiftKey: true }, FOCUSED)).toEqual({
      kind: "pan",
      share: 0.1,
    });
  });

  test("of lines or pages counts as so many pixels, and never zooms by more than a half in one step", () => {
    expect(wheelGesture({ ...WHEEL, deltaY: 3, deltaMode: 1 }, FOCUSED)).toMatchObject({
      factor: Math.exp(0.096),
    });
    expect(wheelGesture({ ...WHEEL, deltaY: 9, deltaMode: 2 }, FOCUSED)).toMatchObject({
      factor: Math.exp(0.4),
    });
  });
});

test("a drag in either direction shows what lies between; a small one is a click", () => {
  const range = { start: 200, stop: 600 };
  expect(dragGesture(AXIS, 100, 300)).toEqual({ kind: "show", range });
  expect(dragGesture(AXIS, 300, 100)).toEqual({ kind: "show", range });
  expect(dragGesture(AXIS, 100, 103)).toBeUndefined();
});

test("two fingers keep the lines below them", () => {
  expect(pinchGesture(AXIS, [100, 200], [50, 250])).toEqual({
    kind: "show",
    range: { start: 150, stop: 650 },
  });
  expect(pinchGesture(AXIS, [100, 200], [250, 50])).toBeUndefined();
  expect(pinchGesture(AXIS, [100, 100], [50, 250])).toBeUndefined();
});

test("a zoom by keys is about the crosshair if it is shown, otherwise about the middle", () => {
  const zoom = { kind: "zoom", factor: 0.5 } as const;
  expect(applyGesture(zoom, BASIS).range).toEqual({ start: 250, stop: 750 });
  const crosshair = { line: 100, column: 3 };
  expect(applyGesture(zoom, { ...BASIS, crosshair }).range).toEqual({ start: 50, stop: 550 });
  const narrow = { ...BASIS, range: { start: 400, stop: 600 }, axis: { ...AXIS, from: 400, to: 600 } };
  expect(applyGesture(zoom, { ...narrow, crosshair }).range).toEqual({ start: 450, stop: 550 });
});

test("a step goes to the centre of the next pixel, at least one place of the screen away, and the range follows", () => {
  const step = { kind: "step", lines: 1, columns: 0 } as const;
  expect(applyGesture(step, BASIS).crosshair).toEqual({ line: 502.5, column: 10.5 });
  const near = { ...BASIS, range: { start: 400, stop: 500 }, axis: { ...AXIS, from: 400, to: 500 } };
  const moved = applyGesture(step, { ...near, crosshair: { line: 499.5, column: 0.5 } });
  expect(moved).toEqual({ crosshair: { line: 500.5, column: 0.5 }, range: { start: 450, stop: 550 } });
  const last = applyGesture(step, { ...near, crosshair: { line: 999.5, column: 19.5 } });
  expect(last.crosshair).toEqual({ line: 999.5, column: 19.5 });
});
