// Store keys: checked paths below a store's root, which can never lead outside of it.

import { ZarrStoreError } from "../errors.ts";

declare const storeKeyBrand: unique symbol;

/**
 * A path below a store's root: plain names joined by `/`. Only {@link parseStoreKey} and functions built on it make
 * one.
 */
export type StoreKey = string & { readonly [storeKeyBrand]: true };

const MAX_SEGMENT_BYTES = 255;
const MAX_KEY_BYTES = 1024;
/** Allowed characters only; nearly all names match, so they need no closer look. */
const PLAIN = /^[A-Za-z0-9._-]+$/;
/** Keys of such names, none of which begins with a dot: nearly all keys. */
const SIMPLE = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/**
 * Checks a key before any I/O, so that it cannot leave the root on any platform.
 *
 * @throws {ZarrStoreError} `invalid_name` for an empty, `.` or `..` segment, a leading or trailing `/`, a control
 * character, one of `\ : * ? " < > |`, half a surrogate pair, a segment over 255 bytes, or a key over 1024 bytes
 */
export function parseStoreKey(key: string): StoreKey {
  const fault = storeKeyFault(key);
  if (fault !== undefined) {
    throw new ZarrStoreError("invalid_name", `store key ${JSON.stringify(key)}: ${fault}`, { path: key });
  }
  return brand(key);
}

/** Whether {@link parseStoreKey} accepts a text. Names found in a folder may be anything. */
export function isStoreKey(text: string): text is StoreKey {
  return storeKeyFault(text) === undefined;
}

/** Joins keys or single names with `/`, skips empty ones, and checks the result. */
export function joinKey(...parts: readonly string[]): StoreKey {
  return parseStoreKey(parts.filter((part) => part !== "").join("/"));
}

/**
 * Joins two checked keys; only their joint length has to be checked.
 *
 * @throws {ZarrStoreError} `invalid_name` if the result is too long
 */
export function keyBelow(parent: StoreKey, child: StoreKey): StoreKey {
  const key = `${parent}/${child}`;
  return isLongerThan(key, MAX_KEY_BYTES) ? parseStoreKey(key) : brand(key);
}

/** Returns the key one level up, or undefined at the top level. */
export function parentKey(key: StoreKey): StoreKey | undefined {
  const slash = key.lastIndexOf("/");
  return slash < 0 ? undefined : brand(key.slice(0, slash));
}

function brand(key: string): StoreKey {
  return key as StoreKey;
}

function storeKeyFault(key: string): string | undefined {
  if (key.length <= MAX_SEGMENT_BYTES && SIMPLE.test(key)) {
    return undefined;
  }
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
    for (const character of PLAIN.test(segment) ? "" : segment) {
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

/** Compares the length in UTF-8 bytes, which is at most three per UTF-16 code unit. */
function isLongerThan(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}
