// Computes the provenance of an image's sidecars after an update.

import type { ReaderVersion, SidecarProvenance } from "@kym/kym-schema";
import { isObjectOfPart } from "@kym/zarr-store/layout";
import { isChannelPath } from "./compare-files.ts";
import { type MadeArtifact, objectsOf, type UpdateDecision } from "./decide-artifact-changes.ts";
import type { KnownFile, KnownSidecar } from "./known-acquisition.ts";

type ObjectHash = SidecarProvenance["artifacts"][number];

/** The parts of an update that provenance records. */
export interface UpdateDone {
  /** The sidecars that were ingested before, by their present path. */
  readonly known: ReadonlyMap<string, KnownSidecar>;
  /** The files that were read, each with the reader that its artifacts are from now. */
  readonly read: readonly (KnownFile & {
    readonly path: string;
    readonly reader: ReaderVersion | undefined;
  })[];
  readonly made: readonly MadeArtifact[];
  readonly decision: UpdateDecision;
  /** Artifacts that stay although something else came for them: what came is what a later change is compared with. */
  readonly refused: readonly string[];
  /** The objects of the image after the update. */
  readonly hashes: ReadonlyMap<string, string>;
  /** The attachment that keeps a file whose change was refused, by the file's path. */
  readonly kept: ReadonlyMap<string, ObjectHash>;
}

/**
 * Computes the provenance of the sidecars after an update.
 *
 * An artifact has the hash of what came for it last, whether that was stored, merged or refused, and never that of the merged one. So
 * the next refresh still sees an edit in the dataset. An artifact for which nothing came keeps the hash that it had. A file that is
 * gone stays known.
 */
export function sidecarsAfterUpdate({
  known,
  read,
  made,
  decision,
  refused,
  hashes,
  kept,
}: UpdateDone): readonly SidecarProvenance[] {
  const hashOf = new Map(made.flatMap(({ key, sha256 }) => (sha256 === undefined ? [] : [[key, sha256]])));
  const left = [...decision.same, ...decision.merge.map(({ key }) => key), ...refused];
  const came = left.filter((key) => hashOf.has(key));
  const renewed = [...decision.write, ...came, ...decision.remove];
  const artifactsOf = (path: string): readonly ObjectHash[] => {
    const incoming = kept.get(path);
    const isLeft = ({ key }: ObjectHash): boolean =>
      key !== incoming?.key && !renewed.some((artifact) => isObjectOfPart(artifact, key));
    const remade = made.filter(({ key, from }) => from.includes(path) && renewed.includes(key));
    return [
      ...(known.get(path)?.artifacts ?? []).filter(isLeft),
      ...remade.flatMap(({ key, sha256 }) =>
        came.includes(key) ? [{ key, sha256: sha256 ?? "" }] : objectsOf(key, hashes),
      ),
      ...(incoming === undefined ? [] : [incoming]),
    ];
  };
  const isRead = new Set(read.map(({ path }) => path));
  const others = [...known]
    .filter(([path]) => !isRead.has(path))
    .map(([path, sidecar]) => ({ ...sidecar, path, artifacts: artifactsOf(path) }));
  return [
    ...others.filter(({ path }) => isChannelPath(path)),
    ...read.map((file) => ({ ...file, artifacts: artifactsOf(file.path) })),
    ...others.filter(({ path }) => !isChannelPath(path)),
  ];
}
