import { type ArtifactRef, tableArtifact } from "../../indexer/artifact-ref.ts";

/** Where the events of an image may be, the first that is there counts. */
export const EVENT_ARTIFACTS: readonly ArtifactRef[] = [
  ...tableArtifact("velocity_events/events"),
  ...tableArtifact("velocity_events"),
];
