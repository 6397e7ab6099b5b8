import type { StoreKey } from "../../store/store-key.ts";
import type { CommitOp } from "../log/commit-record.ts";
import { type Head, withoutCase } from "../log/head.ts";
import { groupOf, isZarrNode, zarrNode } from "../object-path.ts";

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
 * Whether ops made from an earlier head still hold on this one. Equal bytes are no conflict, unless the transaction read
 * what it replaces (two that add one to the same number must both count); superfluous ops are left out.
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
      why: "came in below an image or group that is being deleted",
    };
  }
  const nested = nestedPaths(head, kept);
  if (nested.length > 0) {
    const why = "one object would lie below another";
    return { decision: "refuse", code: "invalid_argument", paths: nested, why };
  }
  const alike = pathsAlike(head, kept);
  if (alike.length > 0) {
    const why =
      "the name differs from one that is there in case only, which not every file system tells apart";
    return { decision: "refuse", code: "already_exists", paths: alike, why };
  }
  return { decision: "commit", ops: kept, superfluous };
}

/** Puts below `images/<id>` where, after the commit, there would be no `images/<id>/zarr.json`. */
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

/** New Zarr nodes below a record whose group, after the commit, would have no node: Zarr v3 has no implicit groups. */
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

/** Objects that would stay below a Zarr node, that of a record or one in it, which is being deleted. */
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

/** New paths above or below a live one; the map of names to paths excludes it, so this is a last check. */
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
  // A path `images/<id>` is in no group, but would lie above one.
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

/** New paths that another live path equals but for case: on some file systems they would be one file. */
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
