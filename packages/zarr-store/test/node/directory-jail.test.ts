import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { DirectoryJail } from "../../src/node/local/directory-jail.ts";
import { joinKey } from "../../src/store/store-key.ts";

const [A, B] = [joinKey("a"), joinKey("b")];

/** A jail in which the names of `links` are symbolic links; `looks` are its calls. */
function jailWith(links: Readonly<Record<string, string>>): { jail: DirectoryJail; looks: string[] } {
  const looks: string[] = [];
  const jail = new DirectoryJail("/root", {
    lstat: async (path) => {
      looks.push(path);
      if (path.endsWith("missing")) {
        throw Object.assign(new Error("no such file"), { code: "ENOENT", errno: -2, syscall: "lstat" });
      }
      return { isDirectory: () => links[path] === undefined };
    },
    realpath: async (path) => {
      looks.push(`links of ${path}`);
      return links[path] ?? path;
    },
  });
  return { jail, looks };
}

it("looks at a folder once for the calls that follow each other at once, and again after the process has waited", async () => {
  const links: Record<string, string> = {};
  const { jail, looks } = jailWith(links);
  await jail.assertInside(A);
  await jail.assertInside(A);
  await jail.assertInside(B);
  expect(looks).toEqual(["/root/a", "/root/b"]);
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
  expect(looks).toEqual(["/root/a", "/root/a"]);
});

it("looks at each folder on the way once for two that share it, and resolves links only where one is not a folder", async () => {
  const { jail, looks } = jailWith({ "/root/c": "/root/a" });
  await jail.assertInside(joinKey("a/b/c"));
  await jail.assertInside(joinKey("a/b/d"));
  expect(looks).toEqual(["/root/a", "/root/a/b", "/root/a/b/c", "/root/a/b/d"]);
  await jail.assertInside(joinKey("c"));
  expect(looks.slice(4)).toEqual(["/root/c", "links of /root", "links of /root/c"]);
});

it("refuses a folder below a link to outside, and one that is a link to a folder whose name begins like the root's", async () => {
  const { jail } = jailWith({ "/root/a": "/elsewhere", "/root/a/b": "/elsewhere/b", "/root/b": "/root-2" });
  await expect(jail.assertInside(joinKey("a/b"))).rejects.toMatchObject({ code: "invalid_name" });
  await expect(jail.assertNearestInside(joinKey("a/missing/c"))).rejects.toMatchObject({
    code: "invalid_name",
  });
  await expect(jail.assertInside(B)).rejects.toMatchObject({ code: "invalid_name" });
});

it("names the outermost folder that is missing", async () => {
  const { jail } = jailWith({});
  expect(await jail.assertNearestInside(joinKey("a/missing/c/d"))).toBe("a/missing");
  expect(await jail.assertNearestInside(joinKey("a/b"))).toBe("a/b");
});
