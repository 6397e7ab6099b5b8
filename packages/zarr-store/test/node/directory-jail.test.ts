import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { DirectoryJail } from "../../src/node/local/directory-jail.ts";
import { joinKey } from "../../src/store/store-key.ts";

const [A, B] = [joinKey("a"), joinKey("b")];

function jailWith(links: Readonly<Record<string, string>>): { jail: DirectoryJail; looks: string[] } {
  const looks: string[] = [];
  const jail = new DirectoryJail("/root", async (path) => {
    looks.push(path);
    return links[path] ?? path;
  });
  return { jail, looks };
}

it("looks at a folder once for the calls that follow each other at once, and again after the process has waited", async () => {
  const links: Record<string, string> = {};
  const { jail, looks } = jailWith(links);
  await jail.assertInside(A);
  await jail.assertInside(A);
  await jail.assertInside(B);
  expect(looks).toEqual(["/root", "/root/a", "/root/b"]);
  await setImmediate();
  links["/root/a"] = "/elsewhere";
  await expect(jail.assertInside(A)).rejects.toMatchObject({ code: "invalid_name" });
  await expect(jail.assertInside(A)).rejects.toMatchObject({ code: "invalid_name" });
});

it("looks again before any event, such as the end of a file operation, is told", async () => {
  const { jail, looks } = jailWith({});
  await jail.assertInside(A);
  await new Promise<void>((resolve) => process.nextTick(resolve));
  await jail.assertInside(A);
  expect(looks).toEqual(["/root", "/root/a", "/root/a"]);
});
