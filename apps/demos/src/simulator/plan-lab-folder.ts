// Plans a lab's folder: which scans it holds, how blood flows in each, and what the lab did with the files.

import type { RoiBounds } from "@kym/roi";
import type { FlowProfile } from "./flow-profile.ts";
import { type Random, seededRandom } from "./random.ts";
import { type ScanGeometry, secondsPerLine } from "./scan-geometry.ts";

const SCANS_PER_SESSION = 4;
const FIRST_DAY_MS = Date.UTC(2025, 6, 14);
const DAY_MS = 86_400_000;
const FIRST_SCAN_MS = 11.9 * 3_600_000;
const BETWEEN_SCANS_MS = 97_311;

/** The treatments after which the lab names its folders, each with its condition. */
const TREATMENTS = [
  { treatment: "28d Saline", condition: "Control", animal: "S" },
  { treatment: "28d AngII", condition: "AngII", animal: "A" },
] as const;

/** One scan of the study: the flow, the geometry, and what the lab did with the file. */
export interface PlannedScan {
  readonly description: string;
  /** `<treatment>/<date>`, below the root. */
  readonly folder: string;
  readonly stem: string;
  readonly treatment: string;
  readonly condition: string;
  /** `YYYYMMDD`. */
  readonly date: string;
  /** The time on the microscope's clock, read as if it were UTC. */
  readonly acquiredLocalEpochMs: number;
  readonly geometry: ScanGeometry;
  readonly profile: FlowProfile;
  readonly rois: readonly PlannedRoi[];
  /** Whether the microscope's text header was copied too. Without it nothing is known in µm or seconds. */
  readonly hasHeader: boolean;
  /** Whether people entered metadata and drew ROIs: the file `.json`. */
  readonly hasMetadata: boolean;
  readonly analysis: "none" | "traces" | "traces_and_events";
  readonly accepted: boolean;
  readonly note: string;
  /** `truncated` if copying the TIFF broke off, `missing` if only its analysis was copied. */
  readonly image: "whole" | "truncated" | "missing";
}

export interface PlannedRoi {
  readonly bounds: RoiBounds;
  readonly note: string;
}

export interface PlanLabFolderOptions {
  /** The number of whole TIFFs. Default 8, one of each kind. Beyond 8, kinds repeat with other random numbers. */
  readonly imageCount?: number | undefined;
  /** Default: 3200 to 3900, depending on the kind. */
  readonly lines?: number | undefined;
  /** Default: 14 to 38, depending on the kind. */
  readonly px?: number | undefined;
  /** Adds a TIFF whose copy broke off and an analysis without its TIFF. Default true. */
  readonly withTroubles?: boolean | undefined;
  /** Writes only TIFFs and headers, as they come from the microscope. Default false. */
  readonly onlyScans?: boolean | undefined;
  /** Default `"lab"`. */
  readonly seed?: string | undefined;
}

interface Kind {
  readonly description: string;
  readonly meanMmPerS: number;
  readonly lines: number;
  readonly px: number;
  readonly zoom: number;
  readonly hasStall?: boolean;
  readonly hasCentreRoi?: boolean;
  readonly hasHeader?: boolean;
  readonly analysis: PlannedScan["analysis"];
  readonly accepted?: boolean;
  readonly note?: string;
  readonly image?: PlannedScan["image"];
}

const KINDS: readonly Kind[] = [
  { description: "steady", meanMmPerS: 1.2, lines: 3600, px: 30, zoom: 2.21, analysis: "traces_and_events" },
  { description: "fast", meanMmPerS: 2.1, lines: 3200, px: 38, zoom: 2.21, analysis: "traces" },
  {
    description: "two ROIs",
    meanMmPerS: 0.8,
    lines: 3900,
    px: 26,
    zoom: 3,
    hasCentreRoi: true,
    analysis: "traces_and_events",
  },
  {
    description: "slow",
    meanMmPerS: 0.35,
    lines: 3400,
    px: 24,
    zoom: 3.5,
    analysis: "traces_and_events",
    accepted: false,
    note: "animal moved at the end",
  },
  { description: "the other way", meanMmPerS: -0.9, lines: 3500, px: 19, zoom: 2.21, analysis: "traces" },
  {
    description: "with a stall",
    meanMmPerS: 0.7,
    lines: 3800,
    px: 22,
    zoom: 2.21,
    hasStall: true,
    analysis: "traces_and_events",
    note: "stalls once",
  },
  { description: "never analysed", meanMmPerS: 0.6, lines: 3300, px: 20, zoom: 3, analysis: "none" },
  {
    description: "no header: neither µm nor seconds",
    meanMmPerS: 1,
    lines: 3200,
    px: 14,
    zoom: 2.21,
    hasHeader: false,
    analysis: "none",
  },
];

const TROUBLES: readonly Kind[] = [
  {
    description: "the copy broke off",
    meanMmPerS: 0.5,
    lines: 3300,
    px: 20,
    zoom: 2.21,
    analysis: "none",
    image: "truncated",
  },
  {
    description: "an analysis whose TIFF is gone",
    meanMmPerS: 1.1,
    lines: 3300,
    px: 20,
    zoom: 2.21,
    analysis: "traces",
    image: "missing",
  },
];

/** Plans the scans of a folder, in sessions of one animal and one day. The same options give the same plan. */
export function planLabFolder(options: PlanLabFolderOptions = {}): readonly PlannedScan[] {
  const { imageCount = KINDS.length, withTroubles = true, seed = "lab" } = options;
  if (!Number.isSafeInteger(imageCount) || imageCount < 1) {
    throw new RangeError(`imageCount is a positive integer, not ${imageCount}`);
  }
  const plan = (kind: Kind, session: number, index: number): PlannedScan =>
    planScan(kind, session, index, options, seededRandom(`${seed}/plan/${session}/${index}`));
  const scans = Array.from({ length: imageCount }, (_, position) => {
    const kind = KINDS[position % KINDS.length];
    return kind === undefined
      ? []
      : [plan(kind, Math.floor(position / SCANS_PER_SESSION), (position % SCANS_PER_SESSION) + 1)];
  }).flat();
  const lastSession = Math.floor((imageCount - 1) / SCANS_PER_SESSION);
  const troubles = TROUBLES.map((kind, position) =>
    plan(kind, lastSession, SCANS_PER_SESSION + 1 + position),
  );
  return withTroubles ? [...scans, ...troubles] : scans;
}

function planScan(
  kind: Kind,
  session: number,
  index: number,
  options: PlanLabFolderOptions,
  random: Random,
): PlannedScan {
  const { treatment, condition, animal } = TREATMENTS[session % 2 === 0 ? 0 : 1];
  const geometry = { lines: options.lines ?? kind.lines, px: options.px ?? kind.px, zoom: kind.zoom };
  const dayMs = FIRST_DAY_MS + session * DAY_MS;
  const { onlyScans = false } = options;
  const hasHeader = kind.hasHeader ?? true;
  const hasMetadata = hasHeader && !onlyScans;
  const date = new Date(dayMs).toISOString().slice(0, 10).replaceAll("-", "");
  return {
    description: kind.description,
    folder: `${treatment}/${date}`,
    stem: `${date}_${animal}${31 + session}_${String(index).padStart(4, "0")}`,
    treatment,
    condition,
    date,
    acquiredLocalEpochMs:
      dayMs + FIRST_SCAN_MS + index * BETWEEN_SCANS_MS + Math.floor(random.uniform() * 10_000),
    geometry,
    profile: planFlow(kind, geometry, random),
    rois: hasMetadata ? planRois(kind, geometry) : [],
    hasHeader,
    hasMetadata,
    analysis: onlyScans ? "none" : kind.analysis,
    accepted: kind.accepted ?? true,
    note: kind.note ?? "",
    image: kind.image ?? "whole",
  };
}

function planFlow(kind: Kind, geometry: ScanGeometry, random: Random): FlowProfile {
  const durationS = geometry.lines * secondsPerLine(geometry);
  return {
    meanMmPerS: kind.meanMmPerS * (0.95 + 0.1 * random.uniform()),
    pulseFraction: 0.1,
    heartRateHz: 7.5 + random.uniform(),
    stall: kind.hasStall === true ? { tStartS: 0.4 * durationS, tStopS: 0.6 * durationS } : undefined,
  };
}

/** Plans a ROI on the whole image, and for some kinds one on its middle half too. */
function planRois(kind: Kind, { lines, px }: ScanGeometry): readonly PlannedRoi[] {
  const whole = { bounds: { dim0Start: 0, dim0Stop: lines, dim1Start: 0, dim1Stop: px }, note: "Full Image" };
  const quarter = (size: number): number => Math.floor(size / 4);
  const centre = {
    bounds: {
      dim0Start: quarter(lines),
      dim0Stop: lines - quarter(lines),
      dim1Start: quarter(px),
      dim1Stop: px - quarter(px),
    },
    note: "Center Region",
  };
  return kind.hasCentreRoi === true ? [whole, centre] : [whole];
}
