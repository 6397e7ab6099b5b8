// The texts of a dataset that a blind scorer may read: only words that programs write, which tell nothing of a scan.

import { ARTIFACTS } from "@kym/kym-schema";

const KNOWN_ARTIFACTS: ReadonlySet<string> = new Set(Object.values(ARTIFACTS));

/** The artifacts that have a meaning in kym. Others have names that anybody may have given. */
export function knownArtifacts(names: readonly string[]): readonly string[] {
  return names.filter((name) => KNOWN_ARTIFACTS.has(name));
}

/** Types of events that kym, kymflow, acqstore and the Python system write. A lab may write any other text. */
const KNOWN_EVENTS: ReadonlySet<string> = new Set([
  ...["baseline_drop", "baseline_rise", "nan_gap", "zero_gap", "User Added"],
  ...["unreviewed", "true_stall", "reversal", "other"],
  ...["user", "rise", "fall", "transient"],
]);

/** The type of an event; null for one that is not known here. */
export function knownEvent(type: string | null): string | null {
  return type !== null && KNOWN_EVENTS.has(type) ? type : null;
}

/** The method of a trace, such as `mpRadon` or `kym.radon@1`; null for a text of another form. */
export function knownMethod(algorithm: string | null): string | null {
  return algorithm !== null && METHOD.test(algorithm) ? algorithm : null;
}

const METHOD = /^(mpRadon|(kym|kymflow|acqstore)\.[a-z_.]{1,40}@\d{1,3})$/;

/** `lab`, `acqstore`, or the package of kym that computed something; `another program` for anything else. */
export function knownSoftware(software: string): string {
  return ["lab", "acqstore"].includes(software) || /^@kym\/[a-z]{1,20}(@[\d.]{1,20})?$/.test(software)
    ? software
    : "another program";
}

/** Whether a pooled table is one of kym. Others have names that anybody may have given. */
export function knownTable(table: string): boolean {
  return /^kym_(radon|velocity_events|heart_rate|diameter|sum_intensity)$/.test(table);
}

/** The names of axes that ingest gives; `?` for others, because an axis may have any name. */
export function knownAxes(axes: readonly string[]): readonly string[] {
  return axes.map((axis) => (/^[tzcyx]$/.test(axis) ? axis : "?"));
}
