import { describe, expect, it } from "vitest";
import { parseDuration } from "../../src/arguments/parse-duration.ts";

describe("an age that a user types", () => {
  it.each([
    ["90d", 90 * 86_400_000],
    ["12h", 12 * 3_600_000],
    ["0d", 0],
    ["36525d", 36_525 * 86_400_000],
  ])("%s is %d ms", (text, durationMs) => {
    expect(parseDuration("--history", text)).toBe(durationMs);
  });

  it("is nothing if the option is not given", () => {
    expect(parseDuration("--history", undefined)).toBeUndefined();
  });

  it.each(["", "90", "d", "-1d", "1.5h", "90 d", "3w", "90D", "36526d", "9999999999h", "1d2h"])(
    "%j is refused with what is expected",
    (text) => {
      expect(() => parseDuration("--history", text)).toThrow(
        expect.objectContaining({
          message: `--history is a number of days or hours, as 90d or 12h, not ${JSON.stringify(text)}`,
        }),
      );
    },
  );
});
