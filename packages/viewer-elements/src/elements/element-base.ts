// What custom elements extend, also where there are none: a module with elements can then be imported on a server.

class NoElement {}

/** `HTMLElement`, or a class that does nothing. */
export const ElementBase: typeof HTMLElement =
  globalThis.HTMLElement ?? (NoElement as unknown as typeof HTMLElement);
