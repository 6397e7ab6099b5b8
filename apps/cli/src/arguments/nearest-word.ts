// Guesses which word a typo was meant to be, for hints such as `did you mean …?`.

/** The known word that is closest to a typo; undefined if none is close. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const limit = Math.max(2, Math.floor(word.length / 5));
  return nearest !== undefined && nearest.distance <= limit && nearest.distance < word.length
    ? nearest.candidate
    : undefined;
}

/** The hint "did you mean …?" with what {@link nearestWord} finds, or the hint `otherwise` if it finds nothing. */
export function guessOr(
  word: string,
  known: readonly string[],
  otherwise: string,
  shown: (nearest: string) => string = (nearest) => nearest,
): string {
  const nearest = nearestWord(word, known);
  return nearest === undefined ? otherwise : `did you mean ${shown(nearest)}?`;
}

/** The Levenshtein distance, which is enough for a typo in one word. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, left] of [...a].entries()) {
    const current = [row + 1];
    for (const [column, right] of [...b].entries()) {
      const substituted = (previous[column] ?? 0) + (left === right ? 0 : 1);
      current.push(Math.min(substituted, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
