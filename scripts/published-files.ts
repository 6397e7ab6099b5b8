/**
 * The files of a package that its `package.json` leads to once it is published: by the `exports` of `publishConfig`, or its
 * own where that has none, and by `bin`. Without `./`, each once. Throws for a package that leads to none.
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

/** All texts in a value: conditions are objects in objects. */
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
