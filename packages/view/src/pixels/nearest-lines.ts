// Reduces a kymograph along time to single lines, each as it was recorded.

/**
 * Which lines stand for the bins of a kymograph: of each bin the line in its middle. Bin `b` of `n` covers the lines from
 * `⌊b · lines / n⌋` up to the first of the next. What is recorded between these lines is not seen, but streaks keep their contrast.
 *
 * @param bins at most as many as there are lines
 */
export function nearestLines(lines: number, bins: number): readonly number[] {
  return Array.from({ length: Math.min(bins, lines) }, (_, bin) =>
    Math.floor(((bin + 0.5) * lines) / Math.min(bins, lines)),
  );
}
