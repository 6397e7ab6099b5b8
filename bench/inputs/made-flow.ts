// A line scan that is the same each time: streaks that drift, and noise.

/** Pixels of `lines` × `columns`, of 12 bits. */
export function madePixels(lines: number, columns: number): Uint16Array<SharedArrayBuffer> {
  const pixels = new Uint16Array(new SharedArrayBuffer(2 * lines * columns));
  let state = 1;
  const noise = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const streaks = Float64Array.from({ length: 4096 }, () => (noise() < 0.3 ? 0 : 1));
  let place = 0;
  for (let line = 0; line < lines; line += 1) {
    place += 2 + Math.sin(line / 50);
    for (let column = 0; column < columns; column += 1) {
      const cell = Math.floor((column + place) / 6) % streaks.length;
      pixels[line * columns + column] = 200 + 600 * (streaks[cell] ?? 0) + Math.floor(300 * noise());
    }
  }
  return pixels;
}
