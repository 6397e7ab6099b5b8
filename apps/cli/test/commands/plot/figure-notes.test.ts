import { expect, it } from "vitest";
import { figureNotes } from "../../../src/commands/plot/figure-notes.ts";

it("pixels without a number are said, because they look as dark as a cell", () => {
  const notesOf = (pixels: Float64Array): readonly string[] =>
    figureNotes({
      main: {
        stretch: { start: 0, stop: 2 },
        plane: { pixels, lines: 2, columns: 1 },
        linesPerBin: undefined,
      },
      detail: undefined,
      contrast: { low: 0, high: 1 },
      ...{ traces: [], leftOut: [], events: [], unplacedEvents: 0 },
    });
  const words = "Pixels without a number have the darkest colour.";
  expect(notesOf(Float64Array.of(Number.NaN, 1))).toContain(words);
  expect(notesOf(Float64Array.of(0, Number.POSITIVE_INFINITY))).not.toContain(words);
});
