// Runs a demo as a program, in a temporary folder that is removed at the end.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closingText } from "./closing-text.ts";
import { startTranscript, type Transcript } from "./transcript.ts";

/** A demo makes its data in `folder`, tells the transcript what it shows, and checks what it claims. */
export type Demo = (folder: string, transcript: Transcript) => Promise<void>;

/** Returns the exit code: 0 if every claim of the demo holds, otherwise 1. Throws the errors of the demo. */
export async function runDemo(demo: Demo, print: (line: string) => void = console.log): Promise<0 | 1> {
  const folder = await mkdtemp(join(tmpdir(), "kym-demo-"));
  try {
    const transcript = startTranscript(print);
    await demo(folder, transcript);
    print("");
    print(closingText(transcript.failures));
    return transcript.failures.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
