import { expect, it } from "vitest";
import { dataHtml, html, nameHtml } from "../../src/page/html.ts";

const HOSTILE = `</script><img src=x onerror=alert(1)>&"'\u2028\u0000`;

it("what is put into HTML is text: markup, quotes, and characters that HTML cannot hold", () => {
  const { markup } = html`<td title="${HOSTILE}">${HOSTILE}</td>`;
  expect(markup).not.toMatch(/<img|<\/script|="[^"]*"[^>]*"/);
  expect(markup).toContain(
    "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&apos;\u2028\ufffd</td>",
  );
  expect(nameHtml("<b>").markup).toBe("<bdi>&lt;b&gt;</bdi>");
});

it("HTML in HTML stays what it is, lists are joined, and nothing is nothing", () => {
  const rows = ["a", "b"].map((name) => html`<li>${name}</li>`);
  expect(html`<ul>${rows}${false}${null}${undefined}${0}</ul>`.markup).toBe("<ul><li>a</li><li>b</li>0</ul>");
});

it("no text of data ends the script that holds it, and the data come back", () => {
  const { markup } = dataHtml(html`id="data"`, { [HOSTILE]: ["<!--<script>", HOSTILE] });
  const [, json = ""] = /^<script type="application\/json" id="data">(.*)<\/script>$/su.exec(markup) ?? [];
  expect(json).not.toMatch(/[<>&\u2028\u2029]/);
  expect(JSON.parse(json)).toEqual({ [HOSTILE]: ["<!--<script>", HOSTILE] });
});
