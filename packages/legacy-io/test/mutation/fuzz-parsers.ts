import { isZarrStoreError } from "@kym/zarr-store";
import { isLegacyIoError } from "../../src/errors.ts";
import { mutate, randomFrom } from "./mutate.ts";

/** A parser, sound files to change, and another reader that says what changed ones mean. */
export interface FuzzedParser<T> {
  readonly name: string;
  readonly sounds: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array<ArrayBuffer>) => T | Promise<T>;
  /** Why a value is not what the bytes say by another reader; undefined where it is. Throws what that reader throws. */
  readonly disagreement: (value: T, bytes: Uint8Array) => string | undefined;
}

/** What came of many changed files. */
export interface FuzzTally {
  readonly name: string;
  readonly runs: number;
  /** Read, and another reader says the same. */
  readonly same: number;
  /** Refused by a typed error. */
  readonly refused: number;
  /** Read, and another reader says something else or nothing; or failed without a type. */
  readonly faults: readonly string[];
  readonly slowestMs: number;
}

/** Reads each sound file, then `runs` changed ones in a random but repeatable way. */
export async function fuzzParser<T>(parser: FuzzedParser<T>, runs: number, seed = 1): Promise<FuzzTally> {
  const random = randomFrom(seed);
  const faults: string[] = [];
  let [same, refused, slowestMs] = [0, 0, 0];
  for (let run = -parser.sounds.length; run < runs; run++) {
    const sound = parser.sounds[(run + parser.sounds.length) % parser.sounds.length] ?? new Uint8Array();
    const bytes = run < 0 ? new Uint8Array(sound) : mutate(sound, random);
    const startedMs = performance.now();
    let value: T;
    try {
      value = await parser.read(new Uint8Array(bytes));
    } catch (error) {
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      if (run >= 0 && (isLegacyIoError(error) || isZarrStoreError(error))) {
        refused++;
      } else {
        faults.push(`run ${run}: ${error}`);
      }
      continue;
    }
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
    const fault = disagreement(parser, value, bytes);
    if (fault === undefined) {
      same += run < 0 ? 0 : 1;
    } else {
      faults.push(`run ${run}: ${fault}`);
    }
  }
  return { name: parser.name, runs, same, refused, faults, slowestMs };
}

function disagreement<T>(parser: FuzzedParser<T>, value: T, bytes: Uint8Array): string | undefined {
  try {
    return parser.disagreement(value, bytes);
  } catch (error) {
    return `the other reader reads nothing: ${error}`;
  }
}

export function describeTally({ name, runs, same, refused, faults, slowestMs }: FuzzTally): string {
  return `${name}: ${runs} changed files, ${same} read as another reader does, ${refused} refused, ${faults.length} disagreements, slowest ${slowestMs.toFixed(0)} ms`;
}
