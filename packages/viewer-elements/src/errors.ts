// What can be wrong with what a page gives an element, or with what is loaded for it.

/**
 * - `invalid_data`: what a page set as `data` or as an attribute is not a kymograph, a palette, a channel …
 * - `no_loader`: there is an attribute `src`, and the page defined the elements without `@kym/viewer-elements/dataset`
 * - `not_found`: the dataset, image or channel is not there
 * - `ambiguous`: several images have the name
 * - `load_failed`: anything else that went wrong while loading; `cause` says what
 */
export type ViewerErrorCode = "invalid_data" | "no_loader" | "not_found" | "ambiguous" | "load_failed";

/** The error that an element shows in words, and sends as `detail` of `kym-error`. */
export class ViewerError extends Error {
  override readonly name = "ViewerError";
  readonly code: ViewerErrorCode;

  constructor(code: ViewerErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
