import { expect, it } from "vitest";
import { printable } from "../../src/screen/printable.ts";
import { checkHostileWords } from "./hostile-words.ts";

checkHostileWords("some");

it("a control character, one that turns the direction of text and one that breaks a line are shown as their numbers", () => {
  expect(printable("a\u001b[31m\u009b\u202e\u2067\u200e\u061c\u2028\n")).toBe(
    "a\\x1b[31m\\x9b\\u202e\\u2067\\u200e\\u061c\\u2028\\x0a",
  );
  expect(printable("é 中文 עברית 👩‍🔬 µm")).toBe("é 中文 עברית 👩‍🔬 µm");
});
