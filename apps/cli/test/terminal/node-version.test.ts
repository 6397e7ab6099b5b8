import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { OLDEST_NODE, requireNode } from "../../src/terminal/node-version.ts";

test("a Node that is too old is named, with the one that is needed", () => {
  for (const version of ["18.20.8", "20.20.2", "22.14.0"]) {
    expect(() => requireNode(version)).toThrow(`kym needs Node 22.15 or newer, but this is Node ${version}`);
  }
});

test("a Node that is new enough is no matter", () => {
  for (const version of ["22.15.0", "22.21.1", "23.0.0", "24.21.0"]) {
    expect(() => requireNode(version)).not.toThrow();
  }
});

test("the oldest Node is the one that the package asks for", () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(manifest).toMatchObject({ engines: { node: `>=${OLDEST_NODE}` } });
});
