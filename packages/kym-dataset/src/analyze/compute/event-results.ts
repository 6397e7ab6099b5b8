// The events of a ROI's velocities: the rows of `flow/events`.

import { detectVelocityEvents, type VelocityEvent } from "@kym/flow";
import { COLUMNS } from "@kym/kym-schema";
import type { CellValue } from "@kym/zarr-store";
import { sha256Hex } from "../../indexer/sha256-hex.ts";
import type {
  AnalysisTask,
  ComputeOptions,
  KindResult,
  KnownVelocity,
  ResultColumn,
} from "./analysis-task.ts";

/**
 * Detects the events of a trace, one row an event. Nobody has looked at them: they have no `user_type`. An event's id is
 * the same for the same ROI, channel, type and start.
 *
 * @throws the reason of `signal`
 */
export async function eventResults(
  { roiId, channel }: Pick<AnalysisTask, "roiId" | "channel">,
  velocity: KnownVelocity,
  { signal }: ComputeOptions,
): Promise<KindResult> {
  const { events } = await detectVelocityEvents(velocity, { signal });
  const cells = (cellOf: (event: VelocityEvent) => CellValue): ResultColumn => events.map(cellOf);
  const place = (index: number | null): CellValue => (index === null ? null : BigInt(index));
  const used = new Map<string, number>();
  const idOf = ({ eventType, tStartS }: VelocityEvent): string => {
    const id = sha256Hex(`${roiId} ${channel} ${eventType} ${tStartS}`).slice(0, ID_DIGITS);
    const before = used.get(id) ?? 0;
    used.set(id, before + 1);
    return before === 0 ? id : `${id}-${before + 1}`;
  };
  return {
    kind: "events",
    rowCount: events.length,
    columns: {
      [COLUMNS.eventId]: cells(idOf),
      [COLUMNS.eventType]: cells(({ eventType }) => eventType),
      [COLUMNS.start]: cells(({ tStartS }) => tStartS),
      [COLUMNS.end]: cells(({ tEndS }) => tEndS),
      [COLUMNS.peakTime]: cells(({ tPeakS }) => tPeakS),
      [COLUMNS.peakValue]: cells(({ iPeak }) =>
        iPeak === null ? null : finite(velocity.velocityMmPerS[iPeak]),
      ),
      [COLUMNS.score]: cells(({ scorePeak }) => scorePeak),
      i_start: cells(({ iStart }) => place(iStart)),
      i_peak: cells(({ iPeak }) => place(iPeak)),
      i_end: cells(({ iEnd }) => place(iEnd)),
      baseline_before: cells((event) => event.baselineBefore),
      baseline_after: cells((event) => event.baselineAfter),
      strength: cells(({ strength }) => strength),
      nan_fraction_in_event: cells((event) => event.nanFractionInEvent),
      n_valid_in_event: cells((event) => place(event.nValidInEvent)),
      [COLUMNS.duration]: cells(({ durationS }) => durationS),
      machine_type: cells(({ machineType }) => machineType),
      note: cells(({ note }) => note),
    },
  };
}

/** Digits of an event's id. */
const ID_DIGITS = 16;

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
