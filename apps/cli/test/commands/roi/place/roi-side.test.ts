import { expect, test } from "vitest";
import { sideOf } from "../../../../src/commands/roi/place/roi-side.ts";

const SECONDS = { count: "lines", size: "seconds", unitSize: 0.001_169_966_666_666 } as const;

test("a size is rounded to the nearest whole line, below 0 too; a count stays", () => {
  expect(sideOf({ seconds: "0:12.5" }, SECONDS)).toEqual([0, 10684]);
  expect(sideOf({ seconds: "-0.0006:0.0006" }, SECONDS)).toEqual([-1, 1]);
  expect(sideOf({ lines: "-4:20" }, SECONDS)).toEqual([-4, 20]);
  expect(sideOf({}, SECONDS)).toBeUndefined();
});

test.each([
  [{ lines: "1.5:2" }, 1, '--lines must be START:STOP, not "1.5:2"'],
  [{ seconds: "1e3:2" }, 1, '--seconds must be START:STOP, not "1e3:2"'],
  [{ seconds: "0:1", lines: "0:1" }, 1, "--lines and --seconds say the same side"],
  [{ seconds: "0:1" }, null, "the scale of this image is not known, so --seconds says no place"],
  [{ seconds: "0:1" }, 0, "the scale of this image is not known, so --seconds says no place"],
])("%j with a scale of %j is a usage error that says why", (options, unitSize, message) => {
  expect(() => sideOf(options, { ...SECONDS, unitSize })).toThrow(
    expect.objectContaining({ code: "usage", message }),
  );
});
