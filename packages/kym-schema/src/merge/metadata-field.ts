// A field of metadata: the unit in which two versions of them are compared and merged.

import { deleteMember, getMember, type JsonNode, nodeOf, plainValue, setMember } from "@kym/zarr-store/json";
import { valueKey } from "./value-key.ts";

/** A place in a document whose value is taken from one side or the other, and never mixed. */
export interface MetadataField {
  /** Unique among the fields of a document, such as `experiment_metadata.condition` or `roi:3`. */
  readonly name: string;
  /** The value in a document; undefined if the document has none. */
  readonly valueIn: (document: JsonNode) => JsonNode | undefined;
  /** What the value says; two values that say the same are equal here. */
  readonly saidIn: (document: JsonNode) => string;
  /** Returns `to` with the value of `from`; nothing else of it changes. */
  readonly copy: (from: JsonNode, to: JsonNode) => JsonNode;
}

/** Values that say as much as an absent one does, by {@link valueKey}. */
export type SaysNothing = readonly string[];

/** The member at the end of a path of keys. */
export function memberField(
  name: string,
  path: readonly string[],
  saysNothing: SaysNothing = [],
): MetadataField {
  const valueIn = (document: JsonNode): JsonNode | undefined =>
    path.reduce<JsonNode | undefined>((node, key) => node && getMember(node, key), document);
  return {
    name,
    valueIn,
    saidIn: (document) => saidBy(valueIn(document), saysNothing),
    copy: (from, to) => setAt(to, path, valueIn(from)),
  };
}

/** Several members of one section that are one value together, as an object of those that are there. */
export function groupField(name: string, section: string, keys: readonly string[]): MetadataField {
  const fields = keys.map((key) => memberField(key, [section, key], ["null"]));
  const valueIn = (document: JsonNode): JsonNode | undefined => {
    const members = fields.flatMap((field): [string, JsonNode][] => {
      const value = field.valueIn(document);
      return value === undefined ? [] : [[field.name, value]];
    });
    return members.length === 0 ? undefined : nodeOf(Object.fromEntries(members));
  };
  return {
    name,
    valueIn,
    saidIn: (document) => fields.map((field) => field.saidIn(document)).join(),
    copy: (from, to) => fields.reduce((document, field) => field.copy(from, document), to),
  };
}

/**
 * The items of a list that have one id: one item, or several if an id stands twice. Their place in the list stays; new ones go to
 * its end.
 *
 * @param idOf the id of an item
 */
export function itemField(
  name: string,
  list: string,
  id: string,
  idOf: (item: JsonNode) => string,
): MetadataField {
  const itemsIn = (document: JsonNode): readonly JsonNode[] =>
    listIn(document, list).filter((item) => idOf(item) === id);
  const valueIn = (document: JsonNode): JsonNode | undefined => {
    const [first, ...others] = itemsIn(document);
    return others.length === 0 ? first : nodeOf([first, ...others]);
  };
  return {
    name,
    valueIn,
    saidIn: (document) => saidBy(valueIn(document), []),
    copy: (from, to) => {
      const [before, items] = [listIn(to, list), itemsIn(from)];
      const at = before.findIndex((item) => idOf(item) === id);
      const others = (part: readonly JsonNode[]): readonly JsonNode[] =>
        part.filter((item) => idOf(item) !== id);
      const after =
        at < 0
          ? [...before, ...items]
          : [...others(before.slice(0, at)), ...items, ...others(before.slice(at))];
      return setMember(to, list, nodeOf(after));
    },
  };
}

/** The items of a list of a document; none if it has another value there. */
export function listIn(document: JsonNode, key: string): readonly JsonNode[] {
  const node = getMember(document, key);
  return node?.kind === "array" ? node.items : [];
}

/** The id of a ROI in the list; empty if it has none that can be read. */
export function roiIdOf(item: JsonNode): string {
  const node = getMember(item, "roi_id") ?? getMember(item, "id");
  const id = node === undefined ? undefined : plainValue(node);
  return typeof id === "number" && Number.isSafeInteger(id) ? String(id) : "";
}

function saidBy(node: JsonNode | undefined, saysNothing: SaysNothing): string {
  const said = node === undefined ? "" : valueKey(node);
  return saysNothing.includes(said) ? "" : said;
}

function setAt(document: JsonNode, [key, ...rest]: readonly string[], value: JsonNode | undefined): JsonNode {
  if (key === undefined) {
    return value ?? document;
  }
  const inner = getMember(document, key);
  if (rest.length === 0) {
    return value === undefined ? deleteMember(document, key) : setMember(document, key, value);
  }
  if (value === undefined && inner?.kind !== "object") {
    return document;
  }
  return setMember(document, key, setAt(inner?.kind === "object" ? inner : nodeOf({}), rest, value));
}
