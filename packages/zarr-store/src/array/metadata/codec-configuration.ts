// Lets a codec read its configuration from a metadata document.

import { booleanOf, integerOf, itemsOf, type JsonField, memberOf, oneOf } from "../../json/json-field.ts";
import type { CodecConfiguration } from "../codecs/zarr-codec.ts";
import type { DType } from "../dtype.ts";
import { invalidField, unsupportedField } from "./metadata-field.ts";

/** The type and shape of the chunk that a codec encodes. */
export interface EncodedForm {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** Makes the reader that a codec's `parse` gets. */
export function codecConfiguration(
  field: JsonField,
  zarrFormat: 2 | 3,
  { dtype, shape }: EncodedForm,
): CodecConfiguration {
  const read = <T>(name: string, absent: T | undefined, parse: (member: JsonField) => T): T => {
    const member = memberOf(field, name);
    return member.value === undefined && absent !== undefined ? absent : parse(member);
  };
  return {
    zarrFormat,
    dtype,
    shape,
    integer: (name, min, max, absent) => read(name, absent, (member) => integerOf(member, min, max)),
    integers: (name, length, min, max) => {
      const member = memberOf(field, name);
      const all = itemsOf(member, length).map((item) => integerOf(item, min, max));
      if (all.length !== length) {
        throw invalidField(member, `a list of ${length}`);
      }
      return all;
    },
    boolean: (name, absent) => read(name, absent, booleanOf),
    oneOf: (name, allowed, absent) => read(name, absent, (member) => oneOf(member, allowed)),
    value: (name) => memberOf(field, name).value,
    invalid: (name, expected) => invalidField(memberOf(field, name), expected),
    unsupported: (name, what) => unsupportedField(memberOf(field, name), what),
  };
}
