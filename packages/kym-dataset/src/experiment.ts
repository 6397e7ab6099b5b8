import { FieldReader, type MetadataProblem } from "./field-reader.ts";
import type { JsonObject } from "./json-object.ts";

/** What people say about an image. What is absent or empty is undefined. */
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
  readonly note: string | undefined;
  /** Keys that are none of the above, as they came. */
  readonly extra: JsonObject;
}

/** Reads `experiment_metadata`. Never throws: what is garbled is absent and noted. */
export function parseExperiment(value: unknown): {
  readonly experiment: Experiment;
  readonly problems: readonly MetadataProblem[];
} {
  const reader = new FieldReader(value, "$.experiment_metadata");
  const text = (key: string): string | undefined => reader.text(key) || undefined;
  const experiment = {
    species: text("species"),
    region: text("region"),
    cellType: text("cell_type"),
    depth: reader.number("depth"),
    branchOrder: reader.number("branch_order"),
    direction: text("direction"),
    sex: text("sex"),
    genotype: text("genotype"),
    condition: text("condition"),
    condition2: text("condition2"),
    treatment: text("treatment"),
    treatment2: text("treatment2"),
    date: text("date"),
    note: text("note") ?? text("notes"),
  };
  return { experiment: { ...experiment, extra: reader.rest() }, problems: reader.problems };
}
