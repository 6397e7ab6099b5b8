// The experiment section of an image's metadata: what people note about the sample.

import { FieldReader, type MetadataProblem } from "./field-reader.ts";
import type { JsonObject } from "./json-object.ts";

/** What people noted about an image. A field that is absent or empty is undefined. */
export interface Experiment {
  readonly species: string | undefined;
  readonly region: string | undefined;
  readonly cellType: string | undefined;
  readonly depth: number | undefined;
  readonly branchOrder: number | undefined;
  readonly direction: string | undefined;
  readonly sex: string | undefined;
  readonly genotype: string | undefined;
  readonly condition: string | undefined;
  readonly condition2: string | undefined;
  readonly treatment: string | undefined;
  readonly treatment2: string | undefined;
  readonly date: string | undefined;
  /** What the lab calls the animal. */
  readonly animal: string | undefined;
  readonly note: string | undefined;
  /** All other keys, unchanged. */
  readonly extra: JsonObject;
}

/** The fields that a person changes. An empty text or null removes a value. */
export type ExperimentEdit = {
  readonly [Field in keyof Omit<Experiment, "extra">]?: Experiment[Field] | null;
};

/** The key under which older files have the note. */
export const OLD_NOTE_KEY = "notes";

/** The stored key of each field. */
export const EXPERIMENT_KEYS: Readonly<Record<keyof ExperimentEdit, string>> = {
  species: "species",
  region: "region",
  cellType: "cell_type",
  depth: "depth",
  branchOrder: "branch_order",
  direction: "direction",
  sex: "sex",
  genotype: "genotype",
  condition: "condition",
  condition2: "condition2",
  treatment: "treatment",
  treatment2: "treatment2",
  date: "date",
  animal: "animal",
  note: "note",
};

/** Reads `experiment_metadata`. It never throws: an invalid field counts as absent and is listed as a problem. */
export function parseExperiment(value: unknown): {
  readonly experiment: Experiment;
  readonly problems: readonly MetadataProblem[];
} {
  const reader = new FieldReader(value, "$.experiment_metadata");
  const text = (key: string): string | undefined => reader.text(key) || undefined;
  const experiment = {
    species: text(EXPERIMENT_KEYS.species),
    region: text(EXPERIMENT_KEYS.region),
    cellType: text(EXPERIMENT_KEYS.cellType),
    depth: reader.number(EXPERIMENT_KEYS.depth),
    branchOrder: reader.number(EXPERIMENT_KEYS.branchOrder),
    direction: text(EXPERIMENT_KEYS.direction),
    sex: text(EXPERIMENT_KEYS.sex),
    genotype: text(EXPERIMENT_KEYS.genotype),
    condition: text(EXPERIMENT_KEYS.condition),
    condition2: text(EXPERIMENT_KEYS.condition2),
    treatment: text(EXPERIMENT_KEYS.treatment),
    treatment2: text(EXPERIMENT_KEYS.treatment2),
    date: text(EXPERIMENT_KEYS.date),
    animal: text(EXPERIMENT_KEYS.animal),
    note: text(EXPERIMENT_KEYS.note) ?? text(OLD_NOTE_KEY),
  };
  return { experiment: { ...experiment, extra: reader.rest() }, problems: reader.problems };
}
