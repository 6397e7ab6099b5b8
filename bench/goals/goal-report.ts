// A whole run of `bench`: its goals, the machine, and the load; as JSON and as text.

import type { JudgedGoal } from "./goal.ts";
import { goalTable, padTable } from "./goal-table.ts";
import { isIdle, loadLine, type Machine, machineLine } from "./machine.ts";

export interface RoomReport {
  readonly room: string;
  readonly title: string;
  /** The day and the commit at which it was measured. */
  readonly at: string;
  /** The size at which it was measured. Default: that of the report. */
  readonly size?: BenchReport["size"] | undefined;
  /** The load before its first round. */
  readonly load: number;
  readonly rounds: number;
  /** Sizes and what was left out, in sentences. */
  readonly notes: readonly string[];
  readonly goals: readonly JudgedGoal[];
}

export interface BenchReport {
  readonly format: 1;
  /** The day, in UTC. */
  readonly date: string;
  readonly commit: string;
  /** `full` has the sizes that the goals are about. */
  readonly size: "full" | "short";
  readonly machine: Machine;
  readonly rooms: readonly RoomReport[];
}

export function reportText(report: BenchReport): string {
  return [
    machineLine(report.machine),
    ...report.rooms.map((room) => `${roomHead(room)}\n\n${padTable(roomTable(room))}`),
    tallyLine(report.rooms.flatMap(({ goals }) => goals)),
  ].join("\n\n");
}

export function roomHead({ title, room, at, load, rounds, notes }: RoomReport): string {
  return [`${title} (bench ${room}, ${at}): ${rounds} rounds, ${loadLine(load)}`, ...notes].join("\n");
}

export function roomTable({ goals, load }: RoomReport): string {
  return goalTable(goals, { isIdle: isIdle(load) });
}

export function tallyLine(goals: readonly JudgedGoal[]): string {
  const count = (verdict: JudgedGoal["verdict"]): number =>
    goals.filter((goal) => goal.verdict === verdict).length;
  return `${count("met")} goals met, ${count("not met")} not met, ${count("not measured")} not measured`;
}

/** The closing line of a suite, by which `.ci/run` counts. */
export function closingLineOf(goals: readonly JudgedGoal[]): string {
  const asked = goals.filter(({ verdict }) => verdict !== "shown");
  const passed = asked.filter(({ verdict }) => verdict === "met").length;
  return `${passed} passed, ${asked.length - passed} failed`;
}

/** Takes the rooms of `next` in place of those of `last`, and keeps the others, each with the size at which it was measured. */
export function mergeReports(last: BenchReport | undefined, next: BenchReport): BenchReport {
  const fresh = new Set(next.rooms.map(({ room }) => room));
  const kept = last?.format === 1 ? sizedRooms(last).filter(({ room }) => !fresh.has(room)) : [];
  return { ...next, rooms: [...kept, ...sizedRooms(next)] };
}

function sizedRooms({ rooms, size }: BenchReport): readonly RoomReport[] {
  return rooms.map((room) => ({ ...room, size: room.size ?? size }));
}
