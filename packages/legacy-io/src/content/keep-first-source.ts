// Resolves several sources for one artifact name: the first is stored, the others become attachments.

import { ARTIFACTS } from "@kym/kym-schema";
import { attachmentName } from "../folder/attachment-name.ts";
import { numbered } from "../folder/incoming-attachment.ts";
import { artifactKey, type SourcedArtifact } from "./image-content.ts";
import type { ParsedSidecar } from "./parsed-sidecar.ts";

/** Keeps the first source of each artifact. A later source is kept unchanged as an attachment, under a free name. */
export function keepFirstSource(
  artifacts: readonly SourcedArtifact[],
  sidecars: readonly ParsedSidecar[],
  notes: { path: string; reason: string }[],
): readonly SourcedArtifact[] {
  // Ingest writes provenance itself, so a file must not take its name.
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
        reason: `kept as an attachment: another file has already given ${artifact.name}`,
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
