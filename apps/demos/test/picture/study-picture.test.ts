import { expect, test } from "vitest";
import { type StudyFacts, studyPicture } from "../../src/picture/study-picture.ts";

const FACTS: StudyFacts = {
  scanName: "scan",
  plane: { values: [0, 0.5, 1, 1], lines: 2, px: 2 },
  startS: 0,
  stopS: 2,
  umPerPx: 0.25,
  trace: [
    { timeS: 0, mmPerS: 0.4 },
    { timeS: 2, mmPerS: 0.9 },
  ],
  stalls: [{ startS: 0.5, stopS: 1.75 }],
  means: [
    { condition: "AngII", mmPerS: 1 },
    { condition: "Control", mmPerS: 0.5 },
    { condition: "Control", mmPerS: 1.5 },
  ],
};

test("the picture of a study has the trace at its times, each stall with its length, and a dot for each mean", () => {
  const picture = studyPicture(FACTS);
  expect(picture).toContain('<polyline points="70,226 630,171"');
  expect(picture).toContain("stall, 1.25 s");
  expect(picture.match(/<circle /g)).toHaveLength(3);
  // Control stands first, and its bar lies at the median, between its two dots.
  expect(picture.indexOf("Control")).toBeLessThan(picture.indexOf("AngII"));
  const [, ...heights] = /<path d="M754 ([\d.]+)h52".*?cy="([\d.]+)".*?cy="([\d.]+)"/s.exec(picture) ?? [];
  const [, low, high] = heights.map(Number);
  expect(Number(/<path d="M754 ([\d.]+)h52"/.exec(picture)?.[1])).toBeCloseTo(
    ((low ?? 0) + (high ?? 0)) / 2,
    1,
  );
});

test("the picture of a study draws time to the right: a run of equal values along a line is one path", () => {
  // Column 0 is dark, then bright; column 1 grey, then bright.
  expect(studyPicture(FACTS)).toContain('fill="rgb(242 242 242)" d="M1 0h1v1h-1zM1 1h1v1h-1z"');
  expect(() => studyPicture({ ...FACTS, trace: [] })).not.toThrow();
});
