// The picture of the README: one scan, its velocity, and all scans by condition, drawn from numbers alone.

/** What the picture shows. All of it is read from a dataset. */
export interface StudyFacts {
  readonly scanName: string;
  /** Rows are time, columns are space: `lines × px` values from 0 to 1, row by row. */
  readonly plane: { readonly values: readonly number[]; readonly lines: number; readonly px: number };
  readonly startS: number;
  readonly stopS: number;
  readonly umPerPx: number;
  readonly trace: readonly { readonly timeS: number; readonly mmPerS: number }[];
  /** From the beginning to the end of each event. */
  readonly stalls: readonly { readonly startS: number; readonly stopS: number }[];
  /** The mean velocity of each analysed ROI, as the pooled table has it. */
  readonly means: readonly { readonly condition: string; readonly mmPerS: number }[];
}

const WIDTH = 960;
const HEIGHT = 330;
const LEFT = 70;
const PLOT_WIDTH = 560;
const IMAGE_TOP = 44;
const IMAGE_HEIGHT = 90;
const TRACE_TOP = 160;
const TRACE_HEIGHT = 110;
const POOLED_LEFT = 730;
const POOLED_WIDTH = 200;
const GREYS = 10;
const COLOURS: readonly string[] = ["#0072b2", "#d55e00"];
const INK = "#222222";
const PALE = "#8a8a8a";

/** An SVG, the same text for the same facts. Time runs to the right; velocities are magnitudes in mm/s. */
export function studyPicture(facts: StudyFacts): string {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="13">`,
    "<title>A line scan, its velocity over time with a stall, and the mean velocity of all scans by condition</title>",
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    text(LEFT, 24, `1. A line scan: ${facts.scanName}`, "bold"),
    text(POOLED_LEFT, 24, "2. All scans, one table", "bold"),
    ...scanPanel(facts),
    ...tracePanel(facts, axisEnd(facts.trace)),
    ...pooledPanel(facts, axisEnd(facts.means)),
    "</svg>",
  ].join("\n")}\n`;
}

/** The next half mm/s above all velocities. */
function axisEnd(velocities: readonly { readonly mmPerS: number }[]): number {
  return Math.ceil(Math.max(...velocities.map(({ mmPerS }) => mmPerS)) * 2) / 2;
}

/** The scan with time to the right, so that it stands above its trace. */
function scanPanel({ plane, umPerPx }: StudyFacts): readonly string[] {
  const { values, lines, px } = plane;
  const shades = new Map<number, string[]>();
  for (let column = 0; column < px; column += 1) {
    for (let line = 0; line < lines; ) {
      const start = line;
      const shade = shadeAt(values, line, column, px);
      while (line < lines && shadeAt(values, line, column, px) === shade) {
        line += 1;
      }
      shades.set(shade, [
        ...(shades.get(shade) ?? []),
        `M${start} ${column}h${line - start}v1h-${line - start}z`,
      ]);
    }
  }
  const scale = `translate(${LEFT} ${IMAGE_TOP}) scale(${rounded(PLOT_WIDTH / lines)} ${rounded(IMAGE_HEIGHT / px)})`;
  const paths = [...shades]
    .toSorted(([one], [other]) => one - other)
    .map(([shade, runs]) => {
      const grey = Math.round((255 * (shade + 0.5)) / GREYS);
      return `<path shape-rendering="crispEdges" fill="rgb(${grey} ${grey} ${grey})" d="${runs.join("")}"/>`;
    });
  const [height, middle] = [rounded(px * umPerPx), IMAGE_TOP + IMAGE_HEIGHT / 2];
  return [
    `<g transform="${scale}">`,
    ...paths,
    "</g>",
    sideways(LEFT - 14, middle, `${Math.round(height)} µm`),
  ];
}

function shadeAt(values: readonly number[], line: number, column: number, px: number): number {
  return Math.max(0, Math.min(GREYS - 1, Math.floor((values[line * px + column] ?? 0) * GREYS)));
}

function tracePanel({ trace, stalls, startS, stopS }: StudyFacts, scale: number): readonly string[] {
  const x = (timeS: number): number => rounded(LEFT + (PLOT_WIDTH * (timeS - startS)) / (stopS - startS));
  const y = (mmPerS: number): number => rounded(TRACE_TOP + TRACE_HEIGHT * (1 - mmPerS / scale));
  const bottom = TRACE_TOP + TRACE_HEIGHT;
  const points = trace.map(({ timeS, mmPerS }) => `${x(timeS)},${y(mmPerS)}`);
  return [
    ...stalls.flatMap((stall) => [
      `<rect x="${x(stall.startS)}" y="${TRACE_TOP}" width="${rounded(x(stall.stopS) - x(stall.startS))}" height="${TRACE_HEIGHT}" fill="${COLOURS[1]}" fill-opacity="0.14"/>`,
      text(
        x(stall.startS) + 6,
        bottom - 42,
        `stall, ${(stall.stopS - stall.startS).toFixed(2)} s`,
        "bold",
        COLOURS[1],
      ),
    ]),
    `<polyline points="${points.join(" ")}" fill="none" stroke="${COLOURS[0]}" stroke-width="1.4"/>`,
    ...axis(scale, y, LEFT),
    `<path d="M${LEFT} ${bottom}h${PLOT_WIDTH}" stroke="${INK}"/>`,
    ...[startS, (startS + stopS) / 2, stopS].map((timeS) =>
      text(x(timeS) - 10, bottom + 18, timeS.toFixed(1)),
    ),
    text(LEFT + PLOT_WIDTH / 2 - 30, bottom + 38, "time in s"),
    sideways(LEFT - 34, TRACE_TOP + TRACE_HEIGHT / 2, "velocity in mm/s"),
  ];
}

/** A dot for each ROI and a bar at the median, in a column for each condition. */
function pooledPanel({ means }: StudyFacts, scale: number): readonly string[] {
  const bottom = TRACE_TOP + TRACE_HEIGHT;
  const y = (mmPerS: number): number => rounded(IMAGE_TOP + (bottom - IMAGE_TOP) * (1 - mmPerS / scale));
  const conditions = [...new Set(means.map(({ condition }) => condition))].toSorted().toReversed();
  const columns = conditions.flatMap((condition, index) => {
    const centre = POOLED_LEFT + (POOLED_WIDTH * (index + 0.5)) / conditions.length;
    const values = means
      .filter((mean) => mean.condition === condition)
      .map(({ mmPerS }) => mmPerS)
      .toSorted((one, other) => one - other);
    const colour = COLOURS[index % COLOURS.length] ?? INK;
    return [
      `<path d="M${centre - 26} ${y(median(values))}h52" stroke="${colour}" stroke-width="3"/>`,
      ...values.map(
        (value) => `<circle cx="${centre}" cy="${y(value)}" r="4.5" fill="${colour}" fill-opacity="0.7"/>`,
      ),
      text(centre - 24, bottom + 18, condition),
    ];
  });
  return [
    ...axis(scale, y, POOLED_LEFT),
    `<path d="M${POOLED_LEFT} ${bottom}h${POOLED_WIDTH}" stroke="${INK}"/>`,
    ...columns,
    text(POOLED_LEFT + 14, bottom + 38, "mean velocity in mm/s"),
  ];
}

function axis(scale: number, y: (mmPerS: number) => number, left: number): readonly string[] {
  return Array.from({ length: Math.round(scale) + 1 }, (_, mmPerS) => mmPerS)
    .filter((mmPerS) => mmPerS <= scale)
    .flatMap((mmPerS) => [
      text(left - 18, y(mmPerS) + 4, String(mmPerS)),
      `<path d="M${left - 4} ${y(mmPerS)}h4" stroke="${INK}"/>`,
    ]);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

function text(
  x: number,
  y: number,
  words: string,
  weight = "normal",
  colour = weight === "bold" ? INK : PALE,
): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}" font-weight="${weight}" fill="${colour}">${words}</text>`;
}

function sideways(x: number, y: number, words: string): string {
  return `<text transform="translate(${x} ${y}) rotate(-90)" text-anchor="middle" fill="${PALE}">${words}</text>`;
}

/** Few digits, so that the picture is small and its text the same on every machine. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
