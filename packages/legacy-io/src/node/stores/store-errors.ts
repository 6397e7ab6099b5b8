// Converts this package's errors to those of `@kym/zarr-store`, whose store interfaces are implemented here.

import { ZarrStoreError } from "@kym/zarr-store";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";

/**
 * Runs a store method and converts a `LegacyIoError` to a `ZarrStoreError`, the error that a caller of any store
 * expects. The original error, with its tag, line and offset, is the cause.
 */
export async function withStoreErrors<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isLegacyIoError(error)) {
      throw error;
    }
    const { path, expected, found } = error.details;
    throw new ZarrStoreError(error.code, error.message, {
      ...(path !== undefined && { path }),
      ...(expected !== undefined && { expected }),
      ...(found !== undefined && { found }),
      cause: error,
    });
  }
}

/** Adds the file's path to errors of readers that see only bytes and do not know it. */
export async function namingFile<T>(path: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isLegacyIoError(error) || error.details.path !== undefined) {
      throw error;
    }
    throw new LegacyIoError(error.code, `${path}: ${error.message}`, {
      ...error.details,
      path,
      cause: error,
    });
  }
}
