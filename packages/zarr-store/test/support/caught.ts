import { ZarrStoreError } from "../../src/errors.ts";

/** The `ZarrStoreError` that a call throws or a promise rejects with; fails for anything else. */
export async function caught(call: () => unknown): Promise<ZarrStoreError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof ZarrStoreError) {
      return error;
    }
    throw error;
  }
  throw new Error("nothing was thrown");
}
