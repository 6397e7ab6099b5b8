// Unpacks in the page what is drawn of an image; the other side of `packPicture`.

import { type Roi, roiFromEnvelope } from "@kym/roi";
import type { Overview } from "@kym/view";
import { inflateSync } from "fflate";
import {
  LAST_STEP,
  NO_NUMBER,
  NO_STEP,
  type PackedNumbers,
  type PackedPicture,
  type PackedTrace,
} from "../picture/packed-picture.ts";

/** What the elements of the page take as `data`. */
export interface UnpackedPicture {
  readonly size: { readonly lines: number; readonly columns: number };
  readonly pixelSize: { readonly secondsPerLine: number | null; readonly umPerPx: number | null };
  readonly overview?: Overview;
  readonly stretches: readonly {
    readonly firstLine: number;
    readonly plane: { readonly pixels: Float64Array; readonly lines: number; readonly columns: number };
  }[];
  readonly rois: readonly Roi[];
  readonly traces: readonly UnpackedTrace[];
  readonly events: PackedPicture["events"];
}

interface UnpackedTrace {
  readonly roiId: number;
  readonly windowLines: number | null;
  readonly centreLine: Float64Array;
  readonly velocityMmPerS: Float64Array;
  readonly pxPerLine?: Float64Array;
}

/** At once and not in a promise, so that a page that is about to be printed has its pictures. */
export function unpackPicture(packed: PackedPicture): UnpackedPicture {
  const { lines, columns, secondsPerLine, umPerPx, overview, stretch, rois, traces, events } = packed;
  const reader = new PartReader(
    inflateSync(Uint8Array.from(atob(packed.bytes), (character) => character.charCodeAt(0))),
  );
  const overviewCells = (overview?.bins ?? 0) * columns;
  return {
    size: { lines, columns },
    pixelSize: { secondsPerLine, umPerPx },
    ...(overview !== null && {
      overview: {
        ...{ lines, columns, ...overview },
        minimum: reader.levels(overviewCells, 255),
        maximum: reader.levels(overviewCells, 0),
      },
    }),
    stretches:
      stretch === null
        ? []
        : [
            {
              firstLine: stretch.firstLine,
              plane: {
                pixels: reader.steps(stretch.lines * columns, stretch),
                lines: stretch.lines,
                columns,
              },
            },
          ],
    traces: traces.map((trace) => unpackTrace(trace, reader)),
    rois: rois.map((envelope) => roiFromEnvelope(envelope)),
    events,
  };
}

function unpackTrace(trace: PackedTrace, reader: PartReader): UnpackedTrace {
  const { roiId, windows, windowLines, centres, velocity, shift } = trace;
  const centreLine =
    centres === null
      ? reader.floats(windows)
      : Float64Array.from({ length: windows }, (_, window) => centres.from + window * centres.step);
  const velocityMmPerS = reader.numbers(windows, velocity);
  const known = { roiId, windowLines, centreLine, velocityMmPerS };
  if (shift === null) {
    return known;
  }
  const pxPerLine =
    "perVelocity" in shift
      ? velocityMmPerS.map((value) => value * shift.perVelocity)
      : reader.numbers(windows, shift);
  return { ...known, pxPerLine };
}

/** Reads the parts one after the other. */
class PartReader {
  readonly #view: DataView;
  #at = 0;

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }

  /** Levels of steps, as an `Overview` has them; `none` where nothing was recorded. */
  levels(count: number, none: number): Uint8Array {
    return Uint8Array.from(
      this.#each(count, 1, (at) => {
        const step = this.#view.getUint8(at);
        return step === NO_STEP ? none : Math.round((step / LAST_STEP) * 255);
      }),
    );
  }

  /** Pixel values of steps; NaN where nothing was recorded. */
  steps(count: number, { low, high }: { readonly low: number; readonly high: number }): Float64Array {
    return this.#each(count, 1, (at) => {
      const step = this.#view.getUint8(at);
      return step === NO_STEP ? Number.NaN : low + (step / LAST_STEP) * (high - low);
    });
  }

  numbers(count: number, { step }: PackedNumbers): Float64Array {
    return this.#each(count, 2, (at) => {
      const steps = this.#view.getInt16(at, true);
      return steps === NO_NUMBER ? Number.NaN : steps * step;
    });
  }

  floats(count: number): Float64Array {
    return this.#each(count, 4, (at) => this.#view.getFloat32(at, true));
  }

  #each(count: number, width: number, read: (at: number) => number): Float64Array {
    const start = this.#at;
    this.#at += count * width;
    return Float64Array.from({ length: count }, (_, index) => read(start + index * width));
  }
}
