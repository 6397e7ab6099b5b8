// The interface through which the store reports warnings; a `console` fits it.

/** Receives messages. The default, {@link SILENT_LOGGER}, drops them. */
export type Logger = Pick<Console, "debug" | "info" | "warn" | "error">;

export const SILENT_LOGGER: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
