// Names the types of Arrow as pyarrow does, for messages.

import type { DataType, Decimal, Dictionary } from "apache-arrow";

/** The numbers of two of Arrow's types, which are the same in every version of it. */
const [DICTIONARY, DECIMAL] = [-1, 7];

/** `decimal128(3, 2)`, `dictionary<values=utf8, indices=int64>`, `struct<{a:int64}>` */
export function typeWords(type: DataType): string {
  if (isDictionary(type)) {
    return `dictionary<values=${typeWords(type.dictionary)}, indices=${typeWords(type.indices)}>`;
  }
  if (isDecimal(type)) {
    return `decimal${type.bitWidth}(${type.precision}, ${type.scale})`;
  }
  return String(type).toLowerCase();
}

function isDictionary(type: DataType): type is Dictionary {
  return Number(type.typeId) === DICTIONARY;
}

function isDecimal(type: DataType): type is Decimal {
  return Number(type.typeId) === DECIMAL;
}
