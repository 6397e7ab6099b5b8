/** Text that a spreadsheet would take for a formula. Source: OWASP, "CSV Injection". */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * A text for a spreadsheet: one that would be run as a formula gets a `'` before it. For text cells only; numbers are
 * what they are. The lossless export alters no cell and does not use this.
 */
export function guardFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
