// The assertions of the contract suites, so that they depend on no test framework.

import { isZarrStoreError, type ZarrStoreErrorCode } from "../errors.ts";

/** The few assertions that a contract suite needs. */
export const contractAssert = {
  /** Compares plain values by their JSON. */
  equal(found: unknown, expected: unknown, what: string): void {
    const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
    if (a !== b) {
      throw new Error(`${what}: expected ${b}, found ${a}`);
    }
  },

  /** Compares bytes with a text, and checks that the array owns its whole buffer. */
  text(found: Uint8Array<ArrayBuffer> | undefined, expected: string | undefined, what: string): void {
    const text = found && new TextDecoder().decode(found);
    if (text !== expected) {
      throw new Error(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(text)}`);
    }
    if (found !== undefined && (found.byteOffset !== 0 || found.buffer.byteLength !== found.length)) {
      throw new Error(
        `${what}: a part of a buffer of ${found.buffer.byteLength} bytes, not an array of its own`,
      );
    }
  },

  /** Checks that `run` fails with this error code. */
  async rejects(run: () => Promise<unknown>, code: ZarrStoreErrorCode, what: string): Promise<void> {
    let outcome: unknown;
    try {
      outcome = await run();
    } catch (error) {
      if (isZarrStoreError(error, code)) {
        return;
      }
      throw new Error(`${what}: expected the code ${code}, found ${String(error)}`, { cause: error });
    }
    throw new Error(`${what}: expected the code ${code}, but it returned ${JSON.stringify(outcome)}`);
  },
} as const;
