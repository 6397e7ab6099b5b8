/** Of several files that say the same about an image, the one that counts. */
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

/** What a file says of one subject. */
export interface Said<T> {
  readonly sidecar: Understood;
  readonly said: T;
}

/** What counts after all that states a precedence. */
const UNSTATED_PRECEDENCE = 1000;

/** By the precedence of their formats; of equal ones in the order of their paths. */
function byPrecedence(sidecars: readonly Understood[], subject: SidecarSubject): readonly Understood[] {
  const rank = ({ content }: Understood): number =>
    content.format.precedence?.[subject] ?? UNSTATED_PRECEDENCE;
  return sidecars.toSorted((a, b) => rank(a) - rank(b));
}

/** The first that says something of a subject: what comes later is shadowed. */
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

/** The artifacts that files give themselves, the ones that count first. */
export function givenArtifacts(sidecars: readonly Understood[]): readonly Said<GivenArtifact>[] {
  return byPrecedence(sidecars, "artifacts").flatMap((sidecar) =>
    (sidecar.content.facts.artifacts ?? []).map((said) => ({ sidecar, said })),
  );
}
