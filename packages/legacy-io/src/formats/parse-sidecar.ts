/** Gives a file to its format, and checks what comes back from a format that is not ours. */
import { createNdArray, isZarrStoreError } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { parseLossless } from "@kym/zarr-store/json";
import { assertTableMatches } from "@kym/zarr-store/table";
import { isLegacyIoError, LegacyIoError } from "../errors.ts";
import { ALL_FORMATS } from "./all-formats.ts";
import type {
  ArtifactRef,
  GivenArtifact,
  SidecarFacts,
  SidecarFormat,
  SidecarSource,
} from "./sidecar-format.ts";

/** What a file says, or why it cannot be understood. */
export type SidecarMeaning =
  | { readonly kind: "understood"; readonly format: SidecarFormat; readonly facts: SidecarFacts }
  /** Kept as it came. */
  | { readonly kind: "opaque"; readonly reason: string; readonly cause: Error | undefined };

/** What one file of an added format may give. */
const MAX_ARTIFACTS = 256;
const MAX_GIVEN_BYTES = 256 * 2 ** 20;
const MAX_EVENTS = 2 ** 20;

/**
 * What a file says. Throws `invalid_argument` for a format that throws another error than those of this package and of
 * `@kym/zarr-store`, and for an added one that gives what it did not announce, or more than 256 artifacts or 256 MiB.
 */
export async function parseSidecar(
  format: SidecarFormat,
  bytes: Uint8Array<ArrayBuffer>,
  source: SidecarSource,
): Promise<SidecarMeaning> {
  let facts: SidecarFacts;
  try {
    facts = await format.parse(bytes, source);
  } catch (error) {
    if (isLegacyIoError(error) || isZarrStoreError(error)) {
      return { kind: "opaque", reason: error.message, cause: error };
    }
    throw formatFault(format, source, `it threw ${String(error)}`, error);
  }
  if (isAdded(format)) {
    try {
      checkFacts(format, facts, source);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw formatFault(format, source, reason, error);
    }
  }
  return { kind: "understood", format, facts };
}

/** True for a format that is not of this package. */
export function isAdded(format: SidecarFormat): boolean {
  return !ALL_FORMATS.includes(format);
}

/** The artifacts that a file may give; `artifact` is the one that its name says, if the format is `named`. */
export function announcedBy({ named, artifacts }: SidecarFormat, artifact: string): readonly ArtifactRef[] {
  return named === undefined ? artifacts : [{ kind: named, name: artifact }];
}

/** The error that fails an image because of its format, not of its file. */
export function formatFault(
  { name }: SidecarFormat,
  { relPath }: Pick<SidecarSource, "relPath">,
  reason: string,
  cause: unknown,
): LegacyIoError {
  return new LegacyIoError("invalid_argument", `the sidecar format ${name} failed on ${relPath}: ${reason}`, {
    path: relPath,
    found: reason,
    cause,
  });
}

function checkFacts(format: SidecarFormat, facts: SidecarFacts, { artifact: named }: SidecarSource): void {
  const { artifacts = [], trace, events = [] } = facts;
  if (artifacts.length > MAX_ARTIFACTS) {
    throw new RangeError(`it gave ${artifacts.length} artifacts, ${MAX_ARTIFACTS} at most`);
  }
  let sizeBytes = trace === undefined ? 0 : trace.table.rowCount * trace.table.schema.columns.length * 8;
  for (const artifact of artifacts) {
    const { kind, name } = artifact;
    if (!announcedBy(format, named).some((ref) => ref.kind === kind && ref.name === name)) {
      throw new RangeError(`it gave the ${kind} ${JSON.stringify(name)}, which it did not announce`);
    }
    sizeBytes += checkedSizeBytes(artifact);
  }
  if (!(sizeBytes <= MAX_GIVEN_BYTES)) {
    throw new RangeError(`it gave ${sizeBytes} bytes, ${MAX_GIVEN_BYTES} at most`);
  }
  const eventCount = events.reduce((sum, run) => sum + run.events.length, 0);
  if (eventCount > MAX_EVENTS) {
    throw new RangeError(`it gave ${eventCount} events, ${MAX_EVENTS} at most`);
  }
}

/** Throws for JSON that is none, a table that does not match its schema, and an array whose data do not fit its shape. */
function checkedSizeBytes(artifact: GivenArtifact): number {
  switch (artifact.kind) {
    case "json":
      if (artifact.text.length <= MAX_GIVEN_BYTES) {
        parseLossless(artifact.text, { where: artifact.name });
      }
      return artifact.text.length;
    case "table":
      assertTableMatches(artifact.schema, artifact.table, artifact.name);
      return artifact.table.batches.reduce((sum, { data }) => sum + data.byteLength, 0);
    case "array": {
      const { dtype, shape, data } = artifact.array;
      return ndArrayBytes(createNdArray(dtype, shape, data)).byteLength;
    }
    default:
      throw new RangeError(`it gave an artifact of the kind ${JSON.stringify(artifact satisfies never)}`);
  }
}
