import { basename } from "node:path";
import { LegacyIoError } from "../../../src/errors.ts";
import { openFileSource } from "../../../src/node/tiff/file-source.ts";
import { nodeTiffCodecs } from "../../../src/node/tiff/tiff-codecs.ts";
import { readTiff } from "../../../src/tiff/read-tiff.ts";

/** What became of one file. */
export interface HostileOutcome {
  readonly name: string;
  /** `image`, the code of a typed error, or `untyped: …`. */
  readonly outcome: string;
  readonly message: string;
  readonly warnings: readonly string[];
  readonly spentMs: number;
  /** The growth of the process's peak memory from before the first file to the end of this one, in bytes. */
  readonly peakBytes: number;
}

// Runs as a process of its own: reads the files that it is given, within the default limits.
const peakNow = (): number => process.resourceUsage().maxRSS * 1024;
const baselineBytes = peakNow();
for (const path of process.argv.slice(2)) {
  const startedMs = performance.now();
  let [outcome, message] = ["image", ""];
  let warnings: readonly string[] = [];
  try {
    using source = openFileSource(path);
    warnings = (await readTiff(source, { codecs: nodeTiffCodecs })).info.warnings;
  } catch (error) {
    outcome = error instanceof LegacyIoError ? error.code : `untyped: ${error}`;
    message = error instanceof Error ? error.message : "";
  }
  const said: HostileOutcome = {
    name: basename(path, ".tif"),
    outcome,
    message,
    warnings,
    spentMs: performance.now() - startedMs,
    peakBytes: peakNow() - baselineBytes,
  };
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
