// Guesses which word a typo was meant to be, for hints such as `did you mean …?`.

/** A part of a name that is shorter could be meant by chance. */
const LEAST_PART = 3;

/**
 * The known word that is closest to a typo, or the only one that begins with it or contains it, in any case; undefined if
 * no word is like it.
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  return closestWord(word, known) ?? onlyOne(wordsWith(word, known));
}

/** The known words that begin with `word`, in any case; if none does, those that contain it. */
export function wordsWith(word: string, known: readonly string[]): readonly string[] {
  const part = word.toLowerCase();
  if ([...part].length < LEAST_PART) {
    return [];
  }
  const beginning = known.filter((candidate) => candidate.toLowerCase().startsWith(part));
  return beginning.length > 0
    ? beginning
    : known.filter((candidate) => candidate.toLowerCase().includes(part));
}

function onlyOne(words: readonly string[]): string | undefined {
  return new Set(words).size === 1 ? words[0] : undefined;
}

function closestWord(word: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const limit = Math.max(2, Math.floor(word.length / 5));
  return nearest !== undefined && nearest.distance <= limit && nearest.distance < word.length
    ? nearest.candidate
    : undefined;
}

/** As many candidates as a hint can name. */
const MOST_CANDIDATES = 5;

/**
 * The hint "did you mean …?" with what {@link nearestWord} finds, or with the few words that begin with `word` or contain
 * it; the hint `otherwise` if no word is like it.
 */
export function guessOr(
  word: string,
  known: readonly string[],
  otherwise: string,
  shown: (nearest: string) => string = (nearest) => nearest,
): string {
  return guess(word, known, shown) ?? otherwise;
}

/** The same hint; undefined if there is nothing to suggest. */
export function guess(
  word: string,
  known: readonly string[],
  shown: (nearest: string) => string = (nearest) => nearest,
): string | undefined {
  const nearest = nearestWord(word, known);
  const candidates = nearest === undefined ? [...new Set(wordsWith(word, known))].sort() : [nearest];
  const words = candidates.map(shown);
  return words.length === 0 || words.length > MOST_CANDIDATES
    ? undefined
    : `did you mean ${[words.slice(0, -1).join(", "), ...words.slice(-1)].filter((text) => text !== "").join(" or ")}?`;
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
