// Writes SVG: elements with their attributes, and text that stays text.

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element with its children, which are SVG already. Numbers get two digits; an undefined attribute is left out. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : escaped(String(value))}"`)
    .join("");
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join("")}</${name}>`;
}

/** An element that holds words, such as `text`, `title` or `desc`. */
export function wordsElement(name: string, attributes: Attributes, words: string): string {
  return element(name, attributes, [escaped(words)]);
}

/** A number with at most two digits after the point, for coordinates. */
export function rounded(value: number): string {
  const text = value.toFixed(2).replace(/\.?0+$/, "");
  return text === "-0" ? "0" : text;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Markup becomes text, in XML and in HTML; characters that XML 1.0 cannot hold become U+FFFD. */
export function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
