// Writes the last lines of a demo: that all its claims hold, or which of them do not.

/** @param note follows the verdict, such as ` (11 s)` */
export function closingText(failures: readonly string[], note = ""): string {
  return failures.length === 0
    ? `Everything is as it should be${note}.`
    : [`NOT AS IT SHOULD BE${note}:`, ...failures.map((failure) => `  ${failure}`)].join("\n");
}
