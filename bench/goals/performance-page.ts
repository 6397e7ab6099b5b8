// Writes `docs/performance.md` from the last run.

import type { JudgedGoal } from "./goal.ts";
import { type BenchReport, type RoomReport, roomHead, roomTable, tallyLine } from "./goal-report.ts";
import { boundText, digits, limitOf } from "./goal-table.ts";
import { isIdle, machineLine } from "./machine.ts";

/** `order` is that of the rooms on the page. */
export function performancePage(report: BenchReport, order: readonly string[]): string {
  const rooms = report.rooms.toSorted((a, b) => order.indexOf(a.room) - order.indexOf(b.room));
  const goals = rooms.flatMap((room) => room.goals);
  const short = rooms.filter(({ size = report.size }) => size === "short").map(({ room }) => room);
  const busy = rooms.filter(({ load }) => !isIdle(load)).map(({ room }) => room);
  return `# Performance

Written by \`npx -y pnpm@12 bench --write\`, which measures each thing beside its peers in the same run, round by round. Change
the measures below \`bench/rooms\`, not this page.

- **Machine:** ${machineLine(report.machine)}.
- **Measured:** each at the day and the commit that stand above its table${short.length === 0 ? "" : `; in short form, with smaller inputs than the goals are about: ${short.join(", ")}`}.
- **Result:** ${tallyLine(goals)}.
${busy.length === 0 ? "- **Load:** the machine was idle.\n" : `- **Load:** not idle for ${busy.join(", ")}. Times that passed then say little; the column *by CPU* has the same figure by the\n  seconds of processors.\n`}
*Median* and *best* are of the rounds. A ratio is taken within each round, so it need not be the ratio of two medians.
"× as fast" is the peer's time divided by ours, "× its time" ours divided by the peer's.

${rooms.map((room) => `## ${room.title}\n\n${roomHead(room).split("\n").map(sentence).join("\n")}\n\n${roomTable(room)}`).join("\n\n")}

## What stands in the way

${limits(rooms)}
`;
}

function sentence(line: string): string {
  return line.endsWith(".") ? line : `${line}.`;
}

function limits(rooms: readonly RoomReport[]): string {
  const missed = rooms.flatMap(({ goals, load }) =>
    goals
      .filter(({ verdict }) => verdict === "not met")
      .map(
        (goal) =>
          `- **${goal.what}**, beside ${goal.peer ?? "nothing"}: ${limitSentence(goal, isIdle(load))}`,
      ),
  );
  return missed.length === 0
    ? "Each goal that was measured is met."
    : `For each goal that is not met, the part of the work that no program of this kind can leave out, measured in the same run.\n\n${missed.join("\n")}`;
}

function limitSentence(goal: JudgedGoal, idle: boolean): string {
  const { bound, figure, figureByCpu, limit, words } = goal;
  const more = words === undefined ? "" : ` ${words}`;
  const found = limitOf(goal, idle);
  const now = found?.byCpu === true ? figureByCpu : figure;
  const stands = `goal ${boundText(goal)}, now ${now === undefined ? "—" : digits(now.median)}${found?.byCpu === true ? " by CPU" : ""}`;
  if (limit === undefined || found === undefined) {
    return `${stands}.${more || " No limit is measured: ours is what takes the time."}`;
  }
  const { at } = found;
  // The seconds of processors say nothing about a goal of time that several threads may reach.
  if (!idle && goal.by !== "cpu") {
    return `${stands}; ${limit} alone stands at ${digits(at)}.${more}`;
  }
  const allows =
    bound.kind === "as fast" ? at >= bound.atLeast : bound.kind === "beside" ? true : at <= bound.atMost;
  return `${stands}; ${limit} alone stands at ${digits(at)}${allows ? ", so the goal can be reached" : ", so the goal cannot be reached this way"}.${more}`;
}
