// Compares strings as Python does, so that both languages sort keys alike.

/** Compares two strings by code point. JavaScript's `<` compares UTF-16 units, which differs beyond U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const difference = rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
    if (difference !== 0) {
      return difference;
    }
  }
  return a.length - b.length;
}

/** Ranks surrogates, which stand for characters beyond U+FFFF, after all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) {
    return unit;
  }
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
