// Compares two velocity traces of one image window by window: ours, and those of a lab's program or of another method.

import { analysisRunKey, COLUMNS } from "@kym/kym-schema";
import type { CellValue } from "@kym/zarr-store";
import { columnOf } from "@kym/zarr-store/table/reading";
import type { Table } from "apache-arrow";
import { finiteCell } from "../indexer/finite-cell.ts";

/** How two windows of the same time compare; `only_in_…` is a window without a partner. */
export type WindowAgreement =
  | "equal"
  | "differing"
  | "blank_in_other"
  | "blank_in_ours"
  | "blank_in_both"
  | "only_in_other"
  | "only_in_ours";

/** One window of both traces. */
export interface ComparedWindow {
  /** Of our window; without one of ours, the other's. Null if it is not known. */
  readonly timeS: number | null;
  /** mm/s; null is a window without a velocity. */
  readonly otherMmPerS: number | null;
  readonly oursMmPerS: number | null;
  /** How much better our best angle is than the second. */
  readonly margin: number | null;
  readonly agreement: WindowAgreement;
}

/** The windows of one ROI and channel. */
export interface ComparedRoi {
  readonly roiId: number;
  readonly channel: number;
  readonly windows: readonly ComparedWindow[];
}

/** Relative; a float32 has no more. */
const TOLERANCE = 1e-6;
/** A velocity beyond this stands for an angle of 90°. */
const INFINITE_MM_PER_S = 1e6;
const FIRST_CHANNEL = 1;

/**
 * Compares the ROIs and channels that both tables have, in their order. Windows belong together if their times differ by
 * less than half a step of ours. Two velocities are equal to 10⁻⁶ of the greater one; one beyond ±10⁶ mm/s counts as missing.
 *
 * @throws {ZarrStoreError} `schema_mismatch` for a table without ROIs, times or velocities
 */
export function compareTraces(other: Table, ours: Table): readonly ComparedRoi[] {
  const [theirs, own] = [windowsByRoi(other), windowsByRoi(ours)];
  return [...own].flatMap(([key, { roiId, channel, windows }]) => {
    const partner = theirs.get(key);
    return partner === undefined
      ? []
      : [{ roiId, channel, windows: compareWindows(partner.windows, windows) }];
  });
}

interface Window {
  readonly timeS: number | null;
  readonly mmPerS: number | null;
  readonly margin: number | null;
}

interface WindowsOfRoi {
  readonly roiId: number;
  readonly channel: number;
  readonly windows: Window[];
}

function windowsByRoi(table: Table): ReadonlyMap<string, WindowsOfRoi> {
  const names = new Set(table.schema.fields.map(({ name }) => name));
  const cells = (name: string): readonly CellValue[] => (names.has(name) ? columnOf(table, name) : []);
  const [roiIds, channels] = [columnOf(table, COLUMNS.roiId), cells(COLUMNS.channel)];
  const [times, velocities] = [columnOf(table, COLUMNS.time), columnOf(table, COLUMNS.velocity)];
  const margins = cells(COLUMNS.margin);
  const found = new Map<string, WindowsOfRoi>();
  for (const [row, velocity] of velocities.entries()) {
    const [roiId, channel] = [Number(roiIds[row]), Number(channels[row] ?? FIRST_CHANNEL)];
    const key = analysisRunKey(roiId, channel);
    const known = found.get(key) ?? { roiId, channel, windows: [] };
    found.set(key, known);
    known.windows.push({
      timeS: finiteCell(times[row]),
      mmPerS: velocityOf(velocity),
      margin: finiteCell(margins[row]),
    });
  }
  return found;
}

function compareWindows(other: readonly Window[], ours: readonly Window[]): readonly ComparedWindow[] {
  const half = stepOf(ours) / 2;
  const compared: ComparedWindow[] = [];
  let next = 0;
  for (const window of ours) {
    for (; isBefore(other[next], window, half); next++) {
      compared.push(pairOf(other[next], undefined));
    }
    const partner = other[next];
    const isPartner = partner !== undefined && isNear(partner, window, half);
    compared.push(pairOf(isPartner ? partner : undefined, window));
    next += isPartner ? 1 : 0;
  }
  return [...compared, ...other.slice(next).map((window) => pairOf(window, undefined))];
}

function isNear({ timeS: a }: Window, { timeS: b }: Window, half: number): boolean {
  return a !== null && b !== null && Math.abs(a - b) < half;
}

/** Whether a window of the other is too early for a window of ours, or has no time. */
function isBefore(window: Window | undefined, { timeS }: Window, half: number): boolean {
  return window !== undefined && timeS !== null && (window.timeS === null || window.timeS <= timeS - half);
}

/** The time between the first two windows. */
function stepOf([first, second]: readonly Window[]): number {
  const step = (second?.timeS ?? 0) - (first?.timeS ?? 0);
  return step > 0 ? step : Number.POSITIVE_INFINITY;
}

function pairOf(other: Window | undefined, ours: Window | undefined): ComparedWindow {
  const [otherMmPerS, oursMmPerS] = [other?.mmPerS ?? null, ours?.mmPerS ?? null];
  return {
    timeS: ours?.timeS ?? other?.timeS ?? null,
    otherMmPerS,
    oursMmPerS,
    margin: ours?.margin ?? null,
    agreement:
      other === undefined
        ? "only_in_ours"
        : ours === undefined
          ? "only_in_other"
          : agreementOf(otherMmPerS, oursMmPerS),
  };
}

function agreementOf(other: number | null, ours: number | null): WindowAgreement {
  if (other === null || ours === null) {
    return other === ours ? "blank_in_both" : other === null ? "blank_in_other" : "blank_in_ours";
  }
  const greatest = Math.max(Math.abs(other), Math.abs(ours));
  return Math.abs(other - ours) <= TOLERANCE * greatest ? "equal" : "differing";
}

function velocityOf(cell: CellValue | undefined): number | null {
  const velocity = finiteCell(cell);
  return velocity === null || Math.abs(velocity) > INFINITE_MM_PER_S ? null : velocity;
}
