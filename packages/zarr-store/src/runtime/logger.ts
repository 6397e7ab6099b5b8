/** Where messages go; silent by default. A `console` fits. */
export type Logger = Pick<Console, "debug" | "info" | "warn" | "error">;

export const SILENT_LOGGER: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
