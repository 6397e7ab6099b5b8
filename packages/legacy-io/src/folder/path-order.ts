/** Orders strings by code points, as Python does; JavaScript's `<` orders by UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) {
      return orderOfUnit(left) - orderOfUnit(right);
    }
  }
  return a.length - b.length;
}

/** Orders paths part by part: `a/x` before `a b/x`, although a space comes before a slash. */
export function comparePaths(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (const [index, part] of left.entries()) {
    const other = right[index];
    const order = other === undefined ? 1 : compareCodePoints(part, other);
    if (order !== 0) {
      return order;
    }
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above all others, so they sort after U+FFFF. */
function orderOfUnit(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
