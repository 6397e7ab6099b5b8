import { LegacyIoError, type LegacyIoErrorCode } from "../../src/errors.ts";

/** The `LegacyIoError` that a call throws or a promise rejects with; fails for anything else. */
export async function caught(call: () => unknown): Promise<LegacyIoError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof LegacyIoError) {
      return error;
    }
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** The code alone. */
export async function codeOf(call: () => unknown): Promise<LegacyIoErrorCode> {
  return (await caught(call)).code;
}
