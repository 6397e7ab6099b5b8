import { ZarrStoreError } from "../errors.ts";

declare const storeKeyBrand: unique symbol;

/** A path below a store's root: segments joined by `/`, each one a plain name. Made by {@link parseStoreKey} only. */
export type StoreKey = string & { readonly [storeKeyBrand]: true };

const MAX_SEGMENT_BYTES = 255;
const MAX_KEY_BYTES = 1024;

/**
 * Checks a key before any I/O, so that no key can leave the root, on any platform.
 *
 * @throws {ZarrStoreError} `invalid_name` for an empty, `.` or `..` segment, a leading or trailing `/`, a control
 * character, one of `\ : * ? " < > |`, half a surrogate pair, a segment over 255 or a key over 1024 bytes.
 */
export function parseStoreKey(key: string): StoreKey {
  const fault = storeKeyFault(key);
  if (fault !== undefined) {
    throw new ZarrStoreError("invalid_name", `store key ${JSON.stringify(key)}: ${fault}`, { path: key });
  }
  return brand(key);
}

/** Whether {@link parseStoreKey} would take it: names found in a folder may be anything. */
export function isStoreKey(text: string): text is StoreKey {
  return storeKeyFault(text) === undefined;
}

/** Joins parts that are already keys, or single names, and checks the result. */
export function joinKey(...parts: readonly string[]): StoreKey {
  return parseStoreKey(parts.filter((part) => part !== "").join("/"));
}

/** A key below another. What both are made of was checked: only together they may be too long. @throws {ZarrStoreError} `invalid_name` */
export function keyBelow(parent: StoreKey, child: StoreKey): StoreKey {
  const key = `${parent}/${child}`;
  return isLongerThan(key, MAX_KEY_BYTES) ? parseStoreKey(key) : brand(key);
}

/** The key one level up, or undefined at the top level. */
export function parentKey(key: StoreKey): StoreKey | undefined {
  const slash = key.lastIndexOf("/");
  return slash < 0 ? undefined : brand(key.slice(0, slash));
}

function brand(key: string): StoreKey {
  return key as StoreKey;
}

function storeKeyFault(key: string): string | undefined {
  if (key === "") {
    return "is empty";
  }
  if (isLongerThan(key, MAX_KEY_BYTES)) {
    return `is longer than ${MAX_KEY_BYTES} bytes`;
  }
  if (!key.isWellFormed()) {
    return "is not well-formed Unicode";
  }
  for (const segment of key.split("/")) {
    if (segment === "" || segment === "." || segment === "..") {
      return `has the segment ${JSON.stringify(segment)}`;
    }
    if (isLongerThan(segment, MAX_SEGMENT_BYTES)) {
      return `has a segment of more than ${MAX_SEGMENT_BYTES} bytes`;
    }
    for (const character of segment) {
      if (isForbidden(character)) {
        return `has the character ${JSON.stringify(character)}`;
      }
    }
  }
  return undefined;
}

function isForbidden(character: string): boolean {
  const codePoint = character.codePointAt(0) ?? 0;
  return codePoint < 0x20 || codePoint === 0x7f || '\\:*?"<>|'.includes(character);
}

/** In UTF-8 bytes: at most three a code unit. */
function isLongerThan(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}
