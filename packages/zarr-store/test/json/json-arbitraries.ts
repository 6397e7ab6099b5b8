import fc from "fast-check";
import { characterAt, LAST_CHARACTER, numberOfCharacter } from "../../../../test/support/any-character.ts";

const anyCharacter = fc.nat(LAST_CHARACTER).map(characterAt, numberOfCharacter);

/** Unicode text without lone surrogates, with what is easily got wrong: controls, quotes, astral characters. */
export const unicodeText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 8 }) },
  { weight: 2, arbitrary: fc.string({ unit: anyCharacter, maxLength: 8 }) },
  fc.constantFrom(
    "",
    "\u007f",
    "\u2028\u2029",
    "\ufffd",
    "\ud83d\ude00",
    '\0\b\f\u001f"\\/',
    "__proto__",
    "é",
    "\ufeff",
  ),
);

/** Plain JSON values as `plainValue` gives them. */
export const plainJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.bigInt().filter((value) => value > 2n ** 53n || value < -(2n ** 53n)),
    unicodeText,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(unicodeText, tie("value"), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;

const digits = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(..."0123456789"), { minLength: 1, maxLength }).map((all) => all.join(""));

const integerText = fc.oneof(
  fc.constantFrom("0", "-0", "1", "-1", "9007199254740991", "9007199254740993", "1771700000123456789"),
  fc.integer().map(String),
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String),
);

const exponentText = fc
  .tuple(
    fc.constantFrom("e", "E"),
    fc.constantFrom("", "+", "-"),
    fc.oneof(fc.nat(25), fc.nat(340)),
    fc.boolean(),
  )
  .map(([letter, sign, value, padded]) => `${letter}${sign}${padded ? "0" : ""}${value}`);

const floatText = fc.oneof(
  fc.constantFrom(
    "1.0",
    "1.10",
    "-0.0",
    "1E-7",
    "1e16",
    "1e15",
    "1e-4",
    "1e-5",
    "5e-324",
    "0e0",
    "1e400",
    "-0e9",
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toExponential()),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toPrecision(17)),
  fc.tuple(integerText, digits(25)).map(([whole, fraction]) => `${whole}.${fraction}`),
  fc.tuple(integerText, exponentText).map(([whole, exponent]) => whole + exponent),
  fc
    .tuple(integerText, digits(5), exponentText)
    .map(([whole, fraction, exponent]) => `${whole}.${fraction}${exponent}`),
);

const space = fc.constantFrom("", "", " ", "\n", "\t\r\n ");

const stringText = fc.tuple(unicodeText, fc.boolean(), fc.boolean()).map(([text, escaped, upper]) => {
  if (!escaped) {
    return JSON.stringify(text);
  }
  const units = Array.from(text, (character) =>
    Array.from({ length: character.length }, (_, at) => {
      const hex = character.charCodeAt(at).toString(16).padStart(4, "0");
      return `\\u${upper ? hex.toUpperCase() : hex}`;
    }).join(""),
  );
  return `"${units.join("").replaceAll("\\u002f", "\\/")}"`;
});

/** JSON text in all its spellings: numbers, escapes, spaces, repeated keys. */
export const jsonSource: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("null", "true", "false"),
    integerText,
    floatText,
    stringText,
    fc
      .array(fc.tuple(space, tie("value"), space), { maxLength: 4 })
      .map((items) => `[${items.map((parts) => parts.join("")).join(",")}]`),
    fc
      .array(fc.tuple(space, stringText, space, tie("value"), space), { maxLength: 5 })
      .map(
        (members) => `{${members.map(([a, key, b, value, c]) => `${a}${key}${b}:${value}${c}`).join(",")}}`,
      ),
  ),
})).value;
