import { ZarrStoreError } from "@kym/zarr-store";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";

/**
 * The stores of this package are stores of `@kym/zarr-store`, and throw its errors whatever reads the files; the
 * error of the reader, with its tag, line and offset, is the cause.
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

/** Readers of bytes do not know the file's name: errors of what runs here name it. */
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
