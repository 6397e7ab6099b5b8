// What custom elements extend, also on a server, which has only the class of nothing: a module with elements can be imported there.

/// <reference lib="dom" preserve="true" />

class NoElement {}

/** `HTMLElement`, or a class that does nothing. */
export const ElementBase: typeof HTMLElement =
  globalThis.HTMLElement ?? (NoElement as unknown as typeof HTMLElement);
