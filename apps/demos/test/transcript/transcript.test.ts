import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { startTranscript } from "../../src/transcript/transcript.ts";

describe("startTranscript", () => {
  it("numbers headings, indents what is below them, and keeps the statements that did not hold", () => {
    const lines: string[] = [];
    const transcript = startTranscript((line) => lines.push(stripVTControlCharacters(line)));
    transcript.heading("First");
    transcript.command("kym ls study.zarr");
    transcript.say("one\n\n  two\n\n");
    transcript.heading("Second");
    transcript.check(true, "this holds");
    transcript.check(false, "this does not");
    expect(lines).toEqual([
      "",
      "1. First",
      "",
      "  $ kym ls study.zarr",
      "  one",
      "",
      "    two",
      "",
      "2. Second",
      "  ✓ this holds",
      "  ✗ NOT TRUE: this does not",
    ]);
    expect(transcript.failures).toEqual(["this does not"]);
  });
});
