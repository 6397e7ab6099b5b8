// Checks one committed object: that it is at its path, and that its bytes are the committed ones.

import { isZarrStoreError } from "../../errors.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { committedLineEnds, ONLY_LINE_ENDS } from "../foreign/other-line-ends.ts";
import { findOutsideEdit } from "../foreign/outside-edit.ts";
import { listStaging } from "../list-staging.ts";
import type { CommittedObject } from "../log/head.ts";
import { isOwnFormat } from "../object-path.ts";
import { keyInAside, stagedKeys, stagingEntryKind } from "../records/control-keys.ts";
import { type CheckContext, lookUntilSettled } from "./check-context.ts";
import type { CheckNote, CheckProblem } from "./check-report.ts";

export interface ObjectFinding {
  readonly problem?: CheckProblem;
  readonly note?: CheckNote;
  /** How many bytes of the file at the path were read. */
  readonly readBytes: number;
}

/** Checks that an object is at its path with its size and, if `readsData`, with its bytes. */
export async function checkObject(
  context: CheckContext,
  path: StoreKey,
  readsData: boolean,
): Promise<ObjectFinding> {
  const { audit, store, seen } = context;
  let readBytes = 0;
  let note: CheckNote | undefined;
  const look = async (object: CommittedObject): Promise<CheckProblem | undefined> => {
    const stat = !readsData || seen !== undefined ? await store.stat(path) : undefined;
    if (stat?.kind === "file" && stat.sizeBytes === object.sizeBytes) {
      if (!readsData || seen?.trustedHash(path, stat) === object.sha256) {
        return undefined;
      }
    }
    const bytes = await store.get(path, {
      ...(context.signal && { signal: context.signal }),
      expectedBytes: object.sizeBytes,
    });
    readBytes = bytes?.length ?? 0;
    if (bytes !== undefined && (await isCommitted(context, bytes, object))) {
      const fault = readsData ? await context.rules.fault(path, bytes) : undefined;
      if (fault === undefined || !isOwnFormat(path)) {
        if (fault === undefined && readsData && stat !== undefined) {
          seen?.note(path, stat, object.sha256);
        }
        note = fault === undefined ? undefined : { kind: "malformed", path, message: fault };
        return undefined;
      }
      return { kind: "metadata", path, message: fault, remedy: "restore" } satisfies CheckProblem;
    }
    return problemOf(context, path, object, bytes);
  };
  const problem = await lookUntilSettled(context, async () => {
    const object = audit.head.object(path);
    return object && (await look(object).catch(unlessUnreadable(context, path)));
  });
  return { readBytes, ...(problem && { problem }), ...(note && { note }) };
}

/**
 * Reports a file that cannot be read, so that the check goes on. This is a file on a bad sector, one at or below a
 * symbolic link, which is never followed, or a damaged entry of a zip file.
 */
function unlessUnreadable({ isUnreadable }: CheckContext, path: StoreKey): (error: unknown) => CheckProblem {
  return (error) => {
    const isOfThisFile = isZarrStoreError(error, "invalid_name") || isZarrStoreError(error, "invalid_file");
    if (!isOfThisFile && !isUnreadable(error)) {
      throw error;
    }
    return { kind: "damaged", path, message: error.message, remedy: "restore" };
  };
}

async function problemOf(
  context: CheckContext,
  path: StoreKey,
  object: CommittedObject,
  bytes: Uint8Array<ArrayBuffer> | undefined,
): Promise<CheckProblem | undefined> {
  const { audit, runtime, rules } = context;
  const held = await findElsewhere(context, path, object);
  if (held !== undefined && (held.isAside || object.txid === audit.head.txid)) {
    return undefined;
  }
  const found = bytes && (await runtime.sha256(bytes));
  const isOlder = found !== undefined && audit.head.wasCommitted(path, found);
  const expected = object.sha256;
  if (held !== undefined && (bytes === undefined || isOlder)) {
    const what = isOlder ? "an older version is in its place" : "the file is missing";
    const message = `${what}; the committed bytes are still at ${held.key}`;
    return { kind: "missing", path, message, remedy: "repair", expected, ...(found && { found }) };
  }
  if (bytes === undefined || found === undefined) {
    const kind = (await context.store.stat(path))?.kind;
    const message =
      kind === undefined ? "the file is missing" : `a ${nameOf(kind)} is in the place of the file`;
    return { kind: "missing", path, message, remedy: "restore", expected };
  }
  if ((await committedLineEnds(runtime, object, bytes)) !== undefined) {
    return { kind: "rewritten", path, message: ONLY_LINE_ENDS, remedy: "repair", expected, found };
  }
  const edit = await findOutsideEdit(context, path, object, bytes);
  const fault = edit === undefined ? await rules.fault(path, bytes) : undefined;
  if (edit !== undefined) {
    return { kind: "rewritten", path, message: edit.message, remedy: edit.remedy, expected, found };
  }
  if (fault === undefined && !isOwnFormat(path)) {
    const message = "changed by another program";
    return { kind: "modified_outside", path, message, remedy: "adopt", expected, found };
  }
  if (fault !== undefined && !isOwnFormat(path) && (await rules.isNotRead?.(path, bytes)) === true) {
    const message = `changed by another program, to what is not read here: ${fault}`;
    return { kind: "rewritten", path, message, remedy: "move", expected, found };
  }
  const message =
    fault ?? `its ${bytes.length} bytes are not the ${object.sizeBytes} bytes that were committed`;
  return { kind: "damaged", path, message, remedy: "restore", expected, found };
}

/** Looks for the committed bytes in the staging of the commit that wrote them, and in the asides of deletions. */
async function findElsewhere(
  context: CheckContext,
  path: StoreKey,
  object: CommittedObject,
): Promise<{ readonly key: StoreKey; readonly isAside: boolean } | undefined> {
  const { store } = context;
  const asides = (await listStaging(store)).filter((name) => stagingEntryKind(name) === "aside");
  const places = [
    ...stagedKeys(object.txid, path).map((key) => ({ key, isAside: false })),
    ...asides
      .map((name) => keyInAside(name, path))
      .filter((key) => key !== undefined)
      .map((key) => ({ key, isAside: true })),
  ];
  for (const place of places) {
    const bytes = await store.get(place.key, context);
    if (bytes !== undefined && (await isCommitted(context, bytes, object))) {
      return place;
    }
  }
  return undefined;
}

async function isCommitted(
  { runtime }: CheckContext,
  bytes: Uint8Array<ArrayBuffer>,
  object: CommittedObject,
): Promise<boolean> {
  return bytes.length === object.sizeBytes && (await runtime.sha256(bytes)) === object.sha256;
}

export function nameOf(kind: "file" | "directory" | "other"): string {
  return kind === "other" ? "link or special file" : kind;
}
