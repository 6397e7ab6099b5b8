// Lists the files that a published package promises in its package.json.

/**
 * Returns the files that a `package.json` names for the published package, without `./` and without duplicates.
 *
 * They come from `bin` and from `exports`; the `exports` of `publishConfig` take precedence. Throws if there
 * are no such files.
 */
export function publishedFiles(manifest: unknown): readonly string[] {
  const exported = memberOf(memberOf(manifest, "publishConfig"), "exports") ?? memberOf(manifest, "exports");
  const targets = [...pathsOf(exported), ...pathsOf(memberOf(manifest, "bin"))];
  const files = [...new Set(targets.map((target) => target.replace(/^\.\//, "")))];
  if (files.every((file) => file === "package.json")) {
    throw new Error(`package.json of ${String(memberOf(manifest, "name"))} has neither exports nor bin`);
  }
  return files;
}

/** Returns all texts in a value: conditions are objects in objects. */
function pathsOf(value: unknown): readonly string[] {
  return typeof value === "string"
    ? [value]
    : typeof value === "object" && value !== null
      ? Object.values(value).flatMap(pathsOf)
      : [];
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
