// The Python that has all peers of `bench`, and its processes.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { hasPython, runPython } from "../../test/interop/python-environment.ts";
import type { Sample } from "../goals/goal.ts";
import { type PeerName, type PythonPeer, startPeer } from "./python-peer.ts";

const execute = promisify(execFile);
const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");
const CACHE = resolve(import.meta.dirname, "../../.cache");

/** The peers, each started when it is first asked. */
export class PeerPython {
  readonly #python: string;
  readonly #extras: string;
  readonly #peers = new Map<PeerName, PythonPeer>();

  private constructor(python: string, extras: string) {
    this.#python = python;
    this.#extras = extras;
  }

  /**
   * Finds the Python that `KYM_PYTHON` names, or that of the interop tests, and installs what only the benchmarks need
   * below `.cache/`. Returns the reason as text if that is not possible.
   */
  static async find(): Promise<PeerPython | string> {
    try {
      const given = process.env["KYM_PYTHON"];
      if (given === undefined && !(await hasPython())) {
        return "there is no Python for the peers";
      }
      const python = given ?? (await runPython("import sys; print(sys.executable)")).trim();
      return new PeerPython(python, await installExtras(python));
    } catch (error) {
      return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    }
  }

  /** Asks a peer, and returns what it took and its digest. */
  async ask(name: PeerName, request: unknown): Promise<Sample & { readonly digest: string }> {
    const known = this.#peers.get(name) ?? this.#start(name);
    const { ms, cpuMs, sha256 } = await known.ask(request as readonly unknown[]);
    return { value: ms, cpuMs, digest: sha256 };
  }

  end(): void {
    for (const peer of this.#peers.values()) {
      peer.end();
    }
    this.#peers.clear();
  }

  #start(name: PeerName): PythonPeer {
    const peer = startPeer(this.#python, name, { ...process.env, PYTHONPATH: this.#extras });
    this.#peers.set(name, peer);
    return peer;
  }
}

/** Installs beside the final folder and then renames, so that a run that is stopped leaves nothing half made. */
async function installExtras(python: string): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  const home = join(CACHE, `bench-peers-${hash}`);
  if (!existsSync(home)) {
    await mkdir(CACHE, { recursive: true });
    const unfinished = `${home}-${process.pid}`;
    try {
      const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
      await execute(python, [
        ...pip,
        "--only-binary",
        ":all:",
        "--target",
        unfinished,
        "--requirement",
        REQUIREMENTS,
      ]);
      await rename(unfinished, home);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
  return home;
}
