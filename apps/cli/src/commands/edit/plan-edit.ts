// Decides what an edit changes in one image: which fields, from which values to which, and how its metadata then read.

import {
  calibrationOf,
  editMetadata,
  type KymMetadata,
  type MetadataEdit,
  parseMetadata,
} from "@kym/kym-schema";
import { editCalibration } from "@kym/kym-schema/calibration";
import { EXPERIMENT_KEYS } from "@kym/kym-schema/keys";
import { ACCEPTED, EDIT_FIELDS, type FieldValue, MS_PER_LINE, UM_PER_PX } from "./edit-fields.ts";

/** A value that a person wants a field to have. */
export interface WantedValue {
  /** Null clears the field. */
  readonly value: FieldValue;
  /** The value comes from a spreadsheet, which may have rounded it, or may have put a `'` before it. */
  readonly cell?: string | undefined;
}

/** The wanted values by the names of their fields. */
export type WantedValues = ReadonlyMap<string, WantedValue>;

/** The stored metadata of an image; undefined if it has none. */
export interface StoredImage {
  readonly metadataText: string | undefined;
  /** Slowest axis first. */
  readonly shape: readonly number[];
}

/** One field that an edit changes. */
export interface FieldChange {
  readonly field: string;
  readonly old: FieldValue;
  readonly new: FieldValue;
}

/** What an edit changes in one image. */
export interface ImageEdit {
  /** In the order of {@link EDIT_FIELDS}; empty if the image has the wanted values already. */
  readonly changes: readonly FieldChange[];
  /** The metadata after the edit; undefined without changes. */
  readonly text: string | undefined;
}

/** The metadata of an image that has none. */
const NO_METADATA = '{\n  "version": "2.0"\n}';

/**
 * Decides what changes in an image. Pure: the caller stores `text`.
 *
 * @throws {KymSchemaError} `invalid_metadata` if a part to be edited is not an object
 * @throws {ZarrStoreError} `invalid_file` if the metadata are not JSON
 */
export function planEdit(
  { metadataText = NO_METADATA, shape }: StoredImage,
  wanted: WantedValues,
): ImageEdit {
  const metadata = parseMetadata(metadataText);
  const before = fieldValuesOf(metadata);
  const changes = EDIT_FIELDS.flatMap(({ name: field }): readonly FieldChange[] => {
    const want = wanted.get(field);
    const old = before.get(field) ?? null;
    return want === undefined || isSame(old, want) ? [] : [{ field, old, new: want.value }];
  });
  return {
    changes,
    text: changes.length === 0 ? undefined : editMetadata(metadataText, editOf(changes, metadata, shape)),
  };
}

/** The values that an image has, by the names of the fields. */
export function fieldValuesOf({
  header,
  experiment,
  accepted,
}: KymMetadata): ReadonlyMap<string, FieldValue> {
  const { secondsPerLine, umPerPx } = calibrationOf(header);
  return new Map<string, FieldValue>([
    ...Object.entries(EXPERIMENT_KEYS).map(([member, name]): [string, FieldValue] => {
      const value: unknown = Reflect.get(experiment, member);
      return [name, typeof value === "string" || typeof value === "number" ? value : null];
    }),
    [UM_PER_PX, umPerPx],
    [MS_PER_LINE, secondsPerLine === null ? null : decimal(secondsPerLine * 1000)],
    [ACCEPTED, accepted],
  ]);
}

/** Spreadsheets show 11 characters of a number, and save what they show. */
const ROUNDING = 1e-6;

function isSame(old: FieldValue, { value, cell }: WantedValue): boolean {
  if (cell !== undefined && typeof old === "number" && typeof value === "number") {
    return Math.abs(old - value) <= ROUNDING * Math.max(Math.abs(old), Math.abs(value));
  }
  return old === value || (cell !== undefined && old === cell);
}

function editOf(
  changes: readonly FieldChange[],
  { header }: KymMetadata,
  shape: readonly number[],
): MetadataEdit {
  const now = new Map(changes.map((change) => [change.field, change]));
  const experiment = Object.entries(EXPERIMENT_KEYS).flatMap(([member, name]) => {
    const change = now.get(name);
    // A text that is removed stays as an empty one, as the older application writes it.
    return change === undefined ? [] : [[member, change.new ?? (isText(name) ? "" : null)] as const];
  });
  const msPerLine = now.get(MS_PER_LINE)?.new;
  const accepted = now.get(ACCEPTED)?.new;
  return {
    ...(experiment.length > 0 && { experiment: Object.fromEntries(experiment) }),
    ...(typeof accepted === "boolean" && { accepted }),
    header: editCalibration(header, shape, {
      umPerPx: stepOf(now.get(UM_PER_PX)?.new),
      secondsPerLine: typeof msPerLine === "number" ? decimal(msPerLine / 1000) : stepOf(msPerLine),
    }),
  };
}

function isText(name: string): boolean {
  return EDIT_FIELDS.some((field) => field.name === name && field.kind === "text");
}

function stepOf(value: FieldValue | undefined): number | null | undefined {
  return typeof value === "number" || value === null ? value : undefined;
}

/** A quotient or product without the last binary digit, which only the arithmetic adds: 0.00114604, not 0.0011460400000000001. */
function decimal(value: number): number {
  return Number(value.toPrecision(15));
}

/** Whether an edit changes the calibration. */
export function changesCalibration({ changes }: Pick<ImageEdit, "changes">): boolean {
  return changes.some(({ field }) => field === UM_PER_PX || field === MS_PER_LINE);
}
