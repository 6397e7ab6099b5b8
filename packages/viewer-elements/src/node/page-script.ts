/**
 * The elements as one script for a page without a bundler, such as a report that is a single file.
 *
 * @module
 */

import { pageScriptText } from "#page-script-text";

let text: Promise<string> | undefined;

/**
 * The text of a classic script, about 130 kB, that defines `<kym-image>` and `<kym-trace>` and makes `globalThis.kymElements` with
 * the exports of `@kym/viewer-elements`. It loads nothing: the page sets `data`, and the attribute `src` is refused in words. It
 * holds no `</script`, so it can stand inside of a page.
 *
 * What is published holds the text. From a clone it is bundled once per process.
 */
export function pageScript(): Promise<string> {
  text ??= pageScriptText();
  return text;
}
