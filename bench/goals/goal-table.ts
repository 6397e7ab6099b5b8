// Puts judged goals into a table of Markdown, for a terminal and for a page.

import type { Bound, JudgedGoal } from "./goal.ts";

/** `isIdle` decides whether the figures by seconds of processors stand beside those of the time that passed. */
export function goalTable(goals: readonly JudgedGoal[], { isIdle }: { readonly isIdle: boolean }): string {
  const titles = ["measure", "beside", "goal", "median", "best", ...(isIdle ? [] : ["by CPU"]), "result"];
  const rows = goals.map((goal) => [
    goal.what,
    goal.peer ?? "—",
    boundText(goal),
    figureText(goal.bound, goal.figure?.median),
    figureText(goal.bound, goal.figure?.best),
    ...(isIdle ? [] : [figureText(goal.bound, goal.figureByCpu?.median)]),
    resultText(goal, isIdle),
  ]);
  return [titles, titles.map(() => RULE), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** For a terminal: the columns of a table of Markdown, padded to one width each. */
export function padTable(table: string): string {
  const rows = table.split("\n").map((line) => line.slice(2, -2).split(" | "));
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => lengthOf(row[column] ?? ""))),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => padCell(cell, widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const RULE = "---";

function lengthOf(cell: string): number {
  return cell === RULE ? 0 : [...cell].length;
}

function padCell(cell: string, width: number): string {
  return cell === RULE ? "-".repeat(width) : cell + " ".repeat(width - lengthOf(cell));
}

export function boundText({ bound, by }: Pick<JudgedGoal, "bound" | "by">): string {
  const cpu = by === "cpu" ? " of CPU" : "";
  switch (bound.kind) {
    case "as fast":
      return `≥ ${bound.atLeast} × as fast${cpu && ", by CPU"}`;
    case "times":
      return `≤ ${bound.atMost} × its time${cpu}`;
    case "alone":
      return `≤ ${bound.atMost} ${bound.unit}${cpu}`;
    case "above":
      return `≤ ${bound.atMost} ${bound.unit}${cpu} more`;
    default:
      return "—";
  }
}

function figureText(bound: Bound, figure: number | undefined): string {
  if (figure === undefined) {
    return "—";
  }
  const number = digits(figure);
  return bound.kind === "alone" || bound.kind === "above" ? `${number} ${bound.unit}` : `${number} ×`;
}

/** Three digits, and never fewer than those before the point. */
export function digits(value: number): string {
  return Math.abs(value) >= 100
    ? value.toFixed(0)
    : Math.abs(value) >= 10
      ? value.toFixed(1)
      : value.toFixed(2);
}

function resultText(goal: JudgedGoal, isIdle: boolean): string {
  switch (goal.verdict) {
    case "not measured":
      return goal.notMeasured === undefined
        ? "not measured: a side is missing"
        : `not measured: ${goal.notMeasured}`;
    case "shown":
      return "—";
    case "met":
      return doubt("met", goal, isIdle);
    case "not met":
      return doubt(`not met${limitText(goal, isIdle)}`, goal, isIdle);
  }
}

function doubt(text: string, { by }: JudgedGoal, isIdle: boolean): string {
  return isIdle || by === "cpu" ? text : `${text} (not idle)`;
}

/** Where the limit stands: by seconds of processors on a machine that was not idle, as far as they are counted. */
export function limitOf(
  { limitFigure, limitFigureByCpu }: Pick<JudgedGoal, "limitFigure" | "limitFigureByCpu">,
  isIdle: boolean,
): { readonly at: number; readonly byCpu: boolean } | undefined {
  const byCpu = !isIdle && limitFigureByCpu !== undefined;
  const figure = byCpu ? limitFigureByCpu : limitFigure;
  return figure && { at: figure.median, byCpu };
}

function limitText(goal: JudgedGoal, isIdle: boolean): string {
  const found = limitOf(goal, isIdle);
  return goal.limit === undefined || found === undefined
    ? ""
    : `; ${goal.limit} alone: ${figureText(goal.bound, found.at)}${found.byCpu ? " by CPU" : ""}`;
}
