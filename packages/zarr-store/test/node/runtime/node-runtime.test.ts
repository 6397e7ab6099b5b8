import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { nodeRuntime } from "../../../src/node/runtime/node-runtime.ts";
import { portableRuntime, type WriterIdentity } from "../../../src/runtime/runtime.ts";

const runtime = nodeRuntime();
const { writer } = runtime;
const isLinux = process.platform === "linux";

it("knows itself to be alive", () => {
  expect(runtime.writerState(writer)).toBe("alive");
  expect(nodeRuntime().writer).toEqual(writer);
});

it("knows a process of this host that has ended to be dead", () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  expect(runtime.writerState({ ...writer, pid })).toBe("dead");
});

it.runIf(isLinux)("knows an earlier process with the pid of a later one to be dead", () => {
  expect(runtime.writerState({ ...writer, started: `${writer.started}0` })).toBe("dead");
  expect(runtime.writerState({ ...writer, started: "unknown" })).toBe("alive");
});

it.runIf(isLinux)("knows a process to be dead that has ended and was not waited for", async () => {
  const shell = spawn("/bin/sh", ["-c", "sleep 0.01 & echo $!; exec sleep 5"]);
  const pid = Number(await new Promise<Buffer>((resolve) => shell.stdout.once("data", resolve)));
  try {
    for (let look = 0; look < 200 && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8")); look++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z /);
    expect(runtime.writerState({ ...writer, pid, started: "unknown" })).toBe("dead");
  } finally {
    shell.kill();
  }
});

it.runIf(isLinux)(
  "knows nothing of a process of another PID namespace, another boot, or of a writer that did not say its own",
  () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    const gone = { ...writer, pid };
    const { pidNamespace: _, ...unsaid } = gone;
    const others: readonly WriterIdentity[] = [
      { ...gone, pidNamespace: "pid:[1]" },
      { ...writer, pidNamespace: "pid:[1]" },
      { ...gone, started: gone.started.replace(/^[^/]+/, "another-boot") },
      unsaid,
    ];
    expect(others.map((other) => runtime.writerState(other))).toEqual(others.map(() => "unknown"));
    expect(runtime.writerState(gone)).toBe("dead");
  },
);

/** Runs a script of two processes of one PID namespace, which is not that of the tests. */
const inNamespace = (flags: readonly string[]): ReturnType<typeof spawnSync> => {
  const script = `
    import { spawnSync } from "node:child_process";
    const { nodeRuntime } = await import("@kym/zarr-store/node");
    const { writer, writerState } = nodeRuntime();
    const { pid } = spawnSync(process.execPath, ["--version"]);
    console.log(JSON.stringify([writer.pidNamespace, writerState(writer), writerState({ ...writer, pid })]));`;
  const args = ["--conditions=@kym/source", "--input-type=module", "--eval", script];
  return spawnSync("unshare", ["--pid", "--fork", ...flags, process.execPath, ...args], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
};
const canUnshare = isLinux && spawnSync("unshare", ["--pid", "--fork", "--mount-proc", "true"]).status === 0;

it.runIf(canUnshare).each([[["--mount-proc"]], [[]]])(
  "judges in a PID namespace of its own: unshare %j",
  (flags) => {
    const [namespace, own, gone] = JSON.parse(String(inNamespace(flags).stdout)) as readonly string[];
    expect(namespace).not.toBe(writer.pidNamespace);
    expect([own, gone]).toEqual(["alive", "dead"]);
  },
);

it("knows nothing of a process on another host", () => {
  expect(runtime.writerState({ ...writer, host: `${writer.host}-other` })).toBe("unknown");
  expect(portableRuntime().writerState(writer)).toBe("unknown");
});

it.each(["", "abc", "é".repeat(1000)])("hashes as the portable runtime does: %#", async (text) => {
  const bytes = new TextEncoder().encode(text);
  const expected = createHash("sha256").update(bytes).digest("hex");
  expect(await runtime.sha256(bytes)).toBe(expected);
  expect(await portableRuntime().sha256(bytes)).toBe(expected);
});

it("makes new ids, and numbers for jitter from 0 to 1", () => {
  const ids = new Set(Array.from({ length: 100 }, () => runtime.newId()));
  expect(ids.size).toBe(100);
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  }
  expect(runtime.random()).toBeGreaterThanOrEqual(0);
  expect(runtime.random()).toBeLessThan(1);
});

/** The writer of a process of its own, run with this `KYM_USER`. */
function writerWith(user: string | undefined, before = ""): WriterIdentity {
  const { KYM_USER: _, ...env } = process.env;
  const script = `${before}
    const { nodeRuntime } = await import("@kym/zarr-store/node");
    console.log(JSON.stringify(nodeRuntime().writer));`;
  const args = ["--conditions=@kym/source", "--input-type=module", "--eval", script];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: import.meta.dirname,
    env: { ...env, ...(user !== undefined && { KYM_USER: user }) },
    encoding: "utf8",
  });
  expect(stderr).not.toContain("Error");
  return JSON.parse(stdout) as WriterIdentity;
}

describe("the person that a commit names", () => {
  it("is the login, without KYM_USER and with an empty one", () => {
    const login = userInfo().username;
    expect([writerWith(undefined).person, writerWith("").person, writerWith(" \t ").person]).toEqual([
      login,
      login,
      login,
    ]);
  });

  it("is KYM_USER, in one line of at most 128 printable characters", () => {
    expect(writerWith("Ada Lovelace").person).toBe("Ada Lovelace");
    expect(writerWith(" Ada\n\u001b[31m\u202eLovelace ").person).toBe("Ada [31m Lovelace");
    expect(writerWith("é".repeat(200)).person).toBe("é".repeat(128));
    expect(writerWith("\u{1f52c}".repeat(200)).person).toBe("\u{1f52c}".repeat(128));
  });

  it("is absent for a user that the system does not know", () => {
    const unknown = `import os from "node:os";
      import { syncBuiltinESMExports } from "node:module";
      os.userInfo = () => { throw Object.assign(new Error("uv_os_get_passwd returned ENOENT"), { code: "ENOENT" }); };
      syncBuiltinESMExports();`;
    expect(writerWith(undefined, unknown)).not.toHaveProperty("person");
    expect(writerWith("ada", unknown).person).toBe("ada");
  });
});
