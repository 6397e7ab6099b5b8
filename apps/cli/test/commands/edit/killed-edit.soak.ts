import { expect, it } from "vitest";
import { killDeletions, killEdits } from "./killed-edit.ts";

it.each([
  ["an edit", killEdits],
  ["a deletion", killDeletions],
])(
  "%s that is killed at 24 of its steps has changed all images or none",
  { timeout: 600_000 },
  async (_what, kill) => {
    const { killed, nothing, all } = await kill(24);
    console.log(`killed ${killed} of 24; ${nothing} left nothing of it, ${all} all of it`);
    expect(killed).toBeGreaterThan(12);
    expect(nothing + all).toBe(24);
  },
);
