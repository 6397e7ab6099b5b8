import { ARTIFACTS } from "@kym/kym-schema";
import { attachmentName } from "../folder/attachment-name.ts";
import { numbered } from "../folder/incoming-attachment.ts";
import { artifactKey, type SourcedArtifact } from "./image-content.ts";
import type { ParsedSidecar } from "./parsed-sidecar.ts";

/** Of several sources for one artifact the first counts; a later one is kept as it came, under a name of its own. */
export function keepFirstSource(
  artifacts: readonly SourcedArtifact[],
  sidecars: readonly ParsedSidecar[],
  notes: { path: string; reason: string }[],
): readonly SourcedArtifact[] {
  /** Ingest writes where an image came from itself. */
  const taken = new Set([artifactKey({ kind: "json", name: ARTIFACTS.provenance, text: "" })]);
  const claim = (artifact: SourcedArtifact): boolean => {
    const key = artifactKey(artifact);
    const isFree = !taken.has(key);
    taken.add(key);
    return isFree;
  };
  return artifacts.map((artifact) => {
    if (claim(artifact)) {
      return artifact;
    }
    const rival = sidecars.find(({ relPath }) => artifact.from.includes(relPath));
    if (rival === undefined) {
      return artifact;
    }
    if (artifact.kind !== "attachment") {
      notes.push({
        path: rival.relPath,
        reason: `kept as an attachment: there is a ${artifact.name} already`,
      });
    }
    for (let count = 1; ; count++) {
      const attachment = attachmentOf({ ...rival, fileName: numbered(rival.fileName, count) });
      if (claim(attachment)) {
        return attachment;
      }
    }
  });
}

export function attachmentOf({ relPath, fileName, bytes }: ParsedSidecar): SourcedArtifact {
  return { kind: "attachment", name: attachmentName(fileName), bytes, from: [relPath] };
}
