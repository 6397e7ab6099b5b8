// Tells whether two JSON values say the same, however their numbers are spelled.

import type { JsonNode } from "@kym/zarr-store/json";

/**
 * A text that two JSON values share if they say the same: members in any order, numbers by their exact value. `1`, `1.0` and `10e-1`
 * are one value; two integers beyond 2^53 that differ in the last digit are not.
 */
export function valueKey(node: JsonNode): string {
  switch (node.kind) {
    case "object": {
      const members = [...node.members].map(([key, value]) => `${JSON.stringify(key)}:${valueKey(value)}`);
      return `{${members.sort().join(",")}}`;
    }
    case "array":
      return `[${node.items.map(valueKey).join(",")}]`;
    case "number":
      return numberKey(node.text);
    case "string":
      return JSON.stringify(node.value);
    case "boolean":
      return String(node.value);
    case "null":
      return "null";
    default:
      return node satisfies never;
  }
}

/** NaN, and a number with a longer exponent, are compared as they are spelled. */
const NUMBER = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,16}))?$/;

/** The digits without zeros at either end, and the power of ten of the last one. */
function numberKey(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = NUMBER.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (whole === "") {
    return text;
  }
  if (significant === "") {
    return "0";
  }
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}
