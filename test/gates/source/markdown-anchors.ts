// The anchors of a page's headings, for links and references to them.

/** As GitHub makes them: in lower case, without punctuation, with `-` for spaces. */
export function anchorsOf(markdown: string): readonly string[] {
  const withoutBlocks = markdown.replaceAll(/^```.*?^```/gms, "");
  return [...withoutBlocks.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading]) =>
    (heading ?? "")
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
