// Chooses, among several files that state the same fact about an image, the one that counts.

import type { SidecarMeaning } from "../formats/parse-sidecar.ts";
import type { GivenArtifact, SidecarFacts, SidecarSubject } from "../formats/sidecar-format.ts";
import type { ParsedSidecar } from "./parsed-sidecar.ts";

/** A sidecar that could be understood. */
export type Understood = ParsedSidecar & {
  readonly content: Extract<SidecarMeaning, { readonly kind: "understood" }>;
};

export function isUnderstood(sidecar: ParsedSidecar): sidecar is Understood {
  return sidecar.content.kind === "understood";
}

/** What one file says about one subject. */
export interface Said<T> {
  readonly sidecar: Understood;
  readonly said: T;
}

/** The rank of formats that state no precedence: after all others. */
const UNSTATED_PRECEDENCE = 1000;

/** Sorts files by the precedence of their formats; files of equal precedence keep their order, which is by path. */
function byPrecedence(sidecars: readonly Understood[], subject: SidecarSubject): readonly Understood[] {
  const rank = ({ content }: Understood): number =>
    content.format.precedence?.[subject] ?? UNSTATED_PRECEDENCE;
  return sidecars.toSorted((a, b) => rank(a) - rank(b));
}

/** Returns the first statement about a subject. Later ones are shadowed. */
export function firstSaying<K extends Exclude<SidecarSubject, "artifacts">>(
  sidecars: readonly Understood[],
  subject: K,
): Said<NonNullable<SidecarFacts[K]>> | undefined {
  for (const sidecar of byPrecedence(sidecars, subject)) {
    const said = sidecar.content.facts[subject];
    if (said !== undefined) {
      return { sidecar, said };
    }
  }
  return undefined;
}

/** Lists the artifacts that files give directly, in order of precedence. */
export function givenArtifacts(sidecars: readonly Understood[]): readonly Said<GivenArtifact>[] {
  return byPrecedence(sidecars, "artifacts").flatMap((sidecar) =>
    (sidecar.content.facts.artifacts ?? []).map((said) => ({ sidecar, said })),
  );
}
