// Finds the groups in a section of a checkpoint, so that the objects of each are decoded when they are first asked for.

import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { parsePlain } from "../../json/parse-plain.ts";
import { isStoreKey, type StoreKey } from "../../store/store-key.ts";
import { groupOf } from "../object-path.ts";
import { CHECKPOINT } from "../records/control-keys.ts";
import type { CommittedObject, GroupListing, GroupObjects, StoredGroup } from "./head.ts";
import { type CheckedNames, decodeGroup, decodeObjects, fieldsOf } from "./old-checkpoint.ts";

const BEGIN = '{"groups":{';
const [QUOTE, COMMA, COLON, BRACKET_END, BRACE, BRACE_END] = [0x22, 0x2c, 0x3a, 0x5d, 0x7b, 0x7d];
/** What groups are called: those of images, and the one of all other objects. */
const GROUP = /^(?:images\/[A-Za-z0-9][A-Za-z0-9._-]{0,127})?$/;

/** A group in the text of a section, from its brace to behind the one that ends it. */
interface GroupSpan {
  readonly group: string;
  readonly start: number;
  readonly stop: number;
}

/**
 * The objects of each group of a section, as a writer wrote it: without spaces, groups in order. Any other text is decoded
 * whole.
 *
 * @throws {ZarrStoreError} `invalid_metadata`
 */
export function* sectionGroups(text: Uint8Array): Generator<readonly [string, GroupObjects]> {
  const found = findGroups(text);
  if (found === undefined) {
    const { groups, txids } = fieldsOf(parsePlain(textOf(text)));
    yield* decodeObjects(groups, txids);
    return;
  }
  const { txids } = fieldsOf(parsePlain(`{${textOf(text.subarray(found.end))}`));
  const known: readonly unknown[] = Array.isArray(txids) ? txids : [];
  const section: Section = { text, txids: known, names: new Map(), lists: { texts: undefined, last: [] } };
  for (const span of found.spans) {
    yield [span.group, new GroupInSection(section, span)];
  }
}

/** What the groups of a section share. */
interface Section {
  readonly text: Uint8Array;
  readonly txids: readonly unknown[];
  readonly names: CheckedNames;
  /** The same text as a string, each character a byte, and the names of the group that was listed last. */
  readonly lists: { texts: string | undefined; last: readonly string[] };
}

/** The groups, and where what follows them begins; undefined if the text is not as a writer writes it. */
function findGroups(
  text: Uint8Array,
): { readonly spans: readonly GroupSpan[]; readonly end: number } | undefined {
  const decoder = new TextDecoder();
  if (decoder.decode(text.subarray(0, BEGIN.length)) !== BEGIN) {
    return undefined;
  }
  const spans: GroupSpan[] = [];
  let at = BEGIN.length;
  let last: string | undefined;
  while (text[at] === QUOTE) {
    const nameEnd = text.indexOf(QUOTE, at + 1);
    const start = nameEnd + 2;
    // A name of an object may hold a brace; then it is not what ends the list of an object, and not followed as here.
    const stop = text.indexOf(BRACE_END, start) + 1;
    const isGroup =
      nameEnd - at < 160 &&
      text[start - 1] === COLON &&
      text[start] === BRACE &&
      text[stop - 2] === BRACKET_END;
    const group = isGroup ? decoder.decode(text.subarray(at + 1, nameEnd)) : undefined;
    if (group === undefined || !GROUP.test(group) || (last !== undefined && last >= group)) {
      return undefined;
    }
    spans.push({ group, start, stop });
    last = group;
    at = text[stop] === COMMA ? stop + 1 : stop;
    if (text[stop] !== COMMA) {
      break;
    }
  }
  return text[at] === BRACE_END && text[at + 1] === COMMA ? { spans, end: at + 2 } : undefined;
}

class GroupInSection implements StoredGroup {
  readonly #section: Section;
  readonly #span: GroupSpan;
  #objects: ReadonlyMap<StoreKey, CommittedObject> | undefined;
  #listing: GroupListing | undefined;

  constructor(section: Section, span: GroupSpan) {
    this.#section = section;
    this.#span = span;
  }

  objects(): ReadonlyMap<StoreKey, CommittedObject> {
    const { group, start, stop } = this.#span;
    const { text, txids, names } = this.#section;
    try {
      this.#objects ??= decodeGroup(group, parsePlain(textOf(text.subarray(start, stop))), txids, names);
      return this.#objects;
    } catch (cause) {
      if (!isZarrStoreError(cause)) {
        throw cause;
      }
      const message = `the checkpoint has a bad entry of ${group === "" ? "what belongs to no image" : group}: ${cause.message}`;
      throw new ZarrStoreError("integrity", message, { path: CHECKPOINT, cause });
    }
  }

  listing(): GroupListing | undefined {
    if (this.#listing !== undefined) {
      return this.#listing;
    }
    const { lists, text, txids } = this.#section;
    lists.texts ??= characters(text);
    const found = listGroup(lists.texts, this.#span, lists.last, txids);
    if (found !== undefined) {
      lists.last = found.names;
    }
    this.#listing = found;
    return found;
  }
}

/** An entry as a writer writes it, after its name: the hash, the size, the numbers of the transaction and of the version. */
const ENTRY = /":\["[0-9a-f]{64}",\d{1,16},\d{1,16},\d{1,16}\][,}]/y;
const ASCII = /^[!-~]+$/;
const HASH_AT = '":["'.length;
const HASH_CHARACTERS = 64;
const SIZE_AT = HASH_AT + HASH_CHARACTERS + '",'.length;
const ZERO = 0x30;

/**
 * Reads the names of a group, and finds their hashes and sizes. Undefined for a name that is not one, in another order than a
 * writer's, or of more than ASCII, and for an entry that is written otherwise or names a transaction that is not there.
 *
 * @param likely the names that it probably has: then the result has this list
 */
function listGroup(
  text: string,
  { start, stop }: GroupSpan,
  likely: readonly string[],
  txids: readonly unknown[],
): GroupListing | undefined {
  const names: string[] = [];
  const ends: number[] = [];
  let isLikely = true;
  let at = start + 1;
  while (at < stop) {
    const end = text.indexOf('"', at + 1);
    ENTRY.lastIndex = end;
    const known: string | undefined = isLikely ? likely[names.length] : undefined;
    const isKnown: boolean =
      known !== undefined && known.length === end - at - 1 && text.startsWith(known, at + 1);
    const name = isKnown && known !== undefined ? known : text.slice(at + 1, end);
    const before = names.at(-1);
    if (
      text.charCodeAt(at) !== QUOTE ||
      end < 0 ||
      !ENTRY.test(text) ||
      ENTRY.lastIndex > stop ||
      typeof txids[numberAt(text, text.indexOf(",", end + SIZE_AT) + 1)] !== "string" ||
      (!isKnown && (!isOwnName(name) || (before !== undefined && before >= name)))
    ) {
      return undefined;
    }
    isLikely = isKnown;
    names.push(name);
    ends.push(end);
    at = ENTRY.lastIndex;
  }
  const sha256 = (index: number): string => {
    const hashAt = (ends[index] ?? 0) + HASH_AT;
    return text.slice(hashAt, hashAt + HASH_CHARACTERS);
  };
  const sizeBytes = (index: number): number => numberAt(text, (ends[index] ?? 0) + SIZE_AT);
  return { names: isLikely && names.length === likely.length ? likely : names, sha256, sizeBytes };
}

function isOwnName(name: string): boolean {
  return ASCII.test(name) && isStoreKey(name) && groupOf(name) === "";
}

/** The digits from a place on, of a text in which they end; no more than 16, so that none is lost. */
function numberAt(text: string, at: number): number {
  let number = 0;
  for (let next = at; ; next++) {
    const digit = text.charCodeAt(next) - ZERO;
    if (!(digit >= 0 && digit <= 9)) {
      return number;
    }
    number = number * 10 + digit;
  }
}

/** Each byte as a character. */
function characters(bytes: Uint8Array): string {
  // ASCII, which nearly all text is, is decoded many times as fast as UTF-8.
  const text = new TextDecoder().decode(bytes);
  return text.length === bytes.length ? text : new TextDecoder("latin1").decode(bytes);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/** Whether an error is of an entry that could not be decoded, and not of a record. */
export function isBadEntry(error: unknown): error is ZarrStoreError {
  return isZarrStoreError(error, "integrity") && error.details.path === CHECKPOINT;
}
