/** Writes Zarr nodes as zarr-python 3 writes them: members in its order, ASCII only, a copy of the nodes below. */

export interface NodeEdit {
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** The copies by path below the group, as `zarr.consolidate_metadata` makes them. */
  readonly consolidated?: Readonly<Record<string, unknown>>;
  readonly members?: Readonly<Record<string, unknown>>;
}

/** The text of a node after an edit. Attributes that are there keep their place; new ones come last. */
export function likeZarrPython(text: string, edit: NodeEdit = {}): string {
  const { zarr_format, node_type, attributes, ...rest } = JSON.parse(text);
  const isArray = node_type === "array";
  const consolidated = edit.consolidated && {
    consolidated_metadata: { kind: "inline", must_understand: false, metadata: edit.consolidated },
  };
  const node = {
    ...rest,
    attributes: { ...attributes, ...edit.attributes },
    zarr_format,
    ...consolidated,
    node_type,
    ...(isArray && { storage_transformers: [] }),
    ...edit.members,
  };
  return JSON.stringify(node, null, 2).replaceAll(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
