// Decides whether the changes of a transaction still fit the newest version of the dataset.

import type { StoreKey } from "../../store/store-key.ts";
import { type Head, withoutCase } from "../log/head.ts";
import { groupOf, isZarrNode, tableFileBeside, zarrNode } from "../object-path.ts";
import type { CommitOp } from "../records/commit-record.ts";

export type CommitDecision =
  | {
      readonly decision: "commit";
      readonly ops: readonly CommitOp[];
      readonly superfluous: readonly StoreKey[];
    }
  | { readonly decision: "conflict"; readonly paths: readonly StoreKey[]; readonly why: string }
  | {
      readonly decision: "refuse";
      readonly code: "invalid_argument" | "already_exists";
      readonly paths: readonly StoreKey[];
      readonly why: string;
    };

/**
 * Decides whether ops based on an earlier head can be committed on this one.
 *
 * - An op whose result the head already has is superfluous and left out. If the path changed meanwhile and the
 *   transaction had read it, it is a conflict instead: two writers that add one to the same number must both count.
 * - An op on a path that changed meanwhile is a conflict.
 * - Ops that would leave nodes without a group, a table that is one file and parts as well, or two names that some file
 *   systems cannot tell apart, are not committed.
 */
export function decideCommit(
  head: Head,
  ops: readonly CommitOp[],
  readPaths: ReadonlySet<StoreKey> = new Set(),
): CommitDecision {
  const kept: CommitOp[] = [];
  const superfluous: StoreKey[] = [];
  const changed: StoreKey[] = [];
  for (const op of ops) {
    const current = head.object(op.path)?.sha256 ?? null;
    const wanted = op.op === "put" ? op.sha256 : null;
    const isChanged = current !== op.prev;
    if (current === wanted && !(isChanged && readPaths.has(op.path))) {
      superfluous.push(op.path);
    } else if (isChanged) {
      changed.push(op.path);
    } else {
      kept.push(op);
    }
  }
  if (changed.length > 0) {
    return { decision: "conflict", paths: changed, why: "changed since it was read" };
  }
  const lost = opsOutsideOfRecords(head, kept);
  if (lost.length > 0) {
    return { decision: "conflict", paths: lost, why: "the image was deleted" };
  }
  const orphans = nodesWithoutGroup(head, kept);
  if (orphans.length > 0) {
    return { decision: "conflict", paths: orphans, why: "the group above was deleted" };
  }
  const left = objectsLeftBehind(head, kept);
  if (left.length > 0) {
    return {
      decision: "conflict",
      paths: left,
      why: "was added below an image or group that is being deleted",
    };
  }
  const twofold = tablesInBothForms(head, kept);
  if (twofold.length > 0) {
    const why = "a table would be one file and a folder of parts at once";
    const put = new Set<string>(kept.flatMap((op) => (op.op === "put" ? [op.path] : [])));
    // The other form may be news to this transaction, which can run again. If it makes both itself, that would not help.
    return twofold.every((path) => put.has(path))
      ? { decision: "refuse", code: "already_exists", paths: twofold, why }
      : { decision: "conflict", paths: twofold, why };
  }
  const nested = nestedPaths(head, kept);
  if (nested.length > 0) {
    const why = "one object would lie below another";
    return { decision: "refuse", code: "invalid_argument", paths: nested, why };
  }
  const alike = pathsAlike(head, kept);
  if (alike.length > 0) {
    const why = "the name differs from an existing one only in case, which some file systems ignore";
    return { decision: "refuse", code: "already_exists", paths: alike, why };
  }
  return { decision: "commit", ops: kept, superfluous };
}

/** Finds puts below `images/<id>` that would leave no `images/<id>/zarr.json` after the commit. */
function opsOutsideOfRecords(head: Head, ops: readonly CommitOp[]): readonly StoreKey[] {
  const byPath = new Map(ops.map((op) => [op.path, op.op]));
  return ops
    .filter((op) => op.op === "put" && groupOf(op.path) !== "")
    .filter((op) => {
      const node = zarrNode(groupOf(op.path));
      const own = byPath.get(node);
      return own === undefined ? head.object(node) === undefined : own === "delete";
    })
    .map((op) => op.path);
}

/**
 * Finds new Zarr nodes below a record whose group would have no node after the commit. Zarr v3 has no implicit groups.
 */
function nodesWithoutGroup(head: Head, ops: readonly CommitOp[]): readonly StoreKey[] {
  const byPath = new Map(ops.map((op) => [op.path, op.op]));
  return ops
    .filter(({ op, path }) => op === "put" && isZarrNode(path))
    .filter(({ path }) => {
      const node = zarrNode(folderOf(folderOf(path)));
      const own = byPath.get(node);
      return groupOf(node) !== "" && (own === undefined ? head.object(node) === undefined : own === "delete");
    })
    .map(({ path }) => path);
}

/** Finds objects that would remain below a Zarr node, a record's or one inside it, that is being deleted. */
function objectsLeftBehind(head: Head, ops: readonly CommitOp[]): readonly StoreKey[] {
  const deleted = new Set(ops.filter((op) => op.op === "delete").map((op) => op.path));
  const nodes = [...deleted].filter((path) => isZarrNode(path) && groupOf(path) !== "");
  const folders = new Set<string>(nodes.map(folderOf));
  return [...new Set(nodes.map(groupOf))].flatMap((group) =>
    [...head.objectsOf(group).keys()].filter(
      (path) => !deleted.has(path) && ancestors(path).some((folder) => folders.has(folder)),
    ),
  );
}

/** Finds the files and the parts of tables that would have both. */
function tablesInBothForms(head: Head, ops: readonly CommitOp[]): readonly StoreKey[] {
  const created = ops.filter(({ op, prev }) => op === "put" && prev === null).map(({ path }) => path);
  if (!created.some((path) => groupOf(path) === "")) {
    return [];
  }
  const deleted = new Set(ops.filter(({ op }) => op === "delete").map(({ path }) => path));
  const live = new Set([...head.objectsOf("").keys(), ...created].filter((path) => !deleted.has(path)));
  return [...live].flatMap((path) => {
    const file = tableFileBeside(path);
    return file !== undefined && live.has(file) ? [file, path] : [];
  });
}

/**
 * Finds new paths above or below an existing one. The mapping of names to paths rules this out, so it is a last check.
 */
function nestedPaths(head: Head, ops: readonly CommitOp[]): readonly StoreKey[] {
  const deleted = new Set(ops.filter((op) => op.op === "delete").map((op) => op.path));
  const added = ops.filter((op) => op.op === "put" && op.prev === null).map((op) => op.path);
  if (added.length === 0) {
    return [];
  }
  const addedSet = new Set(added);
  const isLive = (path: StoreKey): boolean =>
    addedSet.has(path) || (head.object(path) !== undefined && !deleted.has(path));
  const directories = new Set(added.flatMap(ancestors));
  // The path `images/<id>` itself belongs to no group, but would lie above one.
  for (const group of new Set([...added.map(groupOf), ...added])) {
    for (const path of head.objectsOf(group).keys()) {
      if (!deleted.has(path)) {
        for (const ancestor of ancestors(path)) {
          directories.add(ancestor);
        }
      }
    }
  }
  return [...directories].filter(isLive);
}

/** Finds new paths that differ from an existing one only in case. On some file systems both would be one file. */
function pathsAlike(head: Head, ops: readonly CommitOp[]): readonly StoreKey[] {
  const deleted = new Set<string>(ops.filter(({ op }) => op === "delete").map(({ path }) => path));
  const created = ops.filter(({ op, prev }) => op === "put" && prev === null);
  const foldedByGroup = new Map<string, Map<string, string>>();
  return created.flatMap(({ path }) => {
    const group = groupOf(path);
    const other = head.groupLike(group);
    if (other !== undefined && other !== group && !deleted.has(zarrNode(other))) {
      return [path];
    }
    const folded = foldedByGroup.get(withoutCase(group)) ?? livePathsByFoldedName(head, group, deleted);
    foldedByGroup.set(withoutCase(group), folded);
    const twin = folded.get(withoutCase(path));
    folded.set(withoutCase(path), path);
    return twin !== undefined && twin !== path ? [path] : [];
  });
}

function livePathsByFoldedName(head: Head, group: string, deleted: ReadonlySet<string>): Map<string, string> {
  const live = [...head.objectsOf(group).keys()].filter((path) => !deleted.has(path));
  return new Map(live.map((path) => [withoutCase(path), path]));
}

function ancestors(path: StoreKey): readonly StoreKey[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join("/") as StoreKey);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
