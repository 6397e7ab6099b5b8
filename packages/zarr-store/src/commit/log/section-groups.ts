// Finds the groups in a section of a checkpoint, so that the objects of each are decoded when they are first asked for.

import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { parsePlain } from "../../json/parse-plain.ts";
import { CHECKPOINT } from "../records/control-keys.ts";
import type { GroupObjects, ReadGroup } from "./head.ts";
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
  const names: CheckedNames = new Map();
  for (const span of found.spans) {
    yield [span.group, readGroup(text, span, known, names)];
  }
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

function readGroup(
  text: Uint8Array,
  { group, start, stop }: GroupSpan,
  txids: readonly unknown[],
  names: CheckedNames,
): ReadGroup {
  let objects: ReturnType<ReadGroup> | undefined;
  return () => {
    try {
      objects ??= decodeGroup(group, parsePlain(textOf(text.subarray(start, stop))), txids, names);
      return objects;
    } catch (cause) {
      if (!isZarrStoreError(cause)) {
        throw cause;
      }
      const message = `the checkpoint has a bad entry of ${group === "" ? "what belongs to no image" : group}: ${cause.message}`;
      throw new ZarrStoreError("integrity", message, { path: CHECKPOINT, cause });
    }
  };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/** Whether an error is of an entry that could not be decoded, and not of a record. */
export function isBadEntry(error: unknown): error is ZarrStoreError {
  return isZarrStoreError(error, "integrity") && error.details.path === CHECKPOINT;
}
