// The runtime for Node: faster than the portable one, and able to see whether other processes are alive.

import { hash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { gunzipSync } from "node:zlib";
import { portableRuntime, type Runtime, type WriterIdentity } from "../../runtime/runtime.ts";
import { nodeZstd } from "./zstd-node.ts";

/** The variable of the environment that names the person at the machine, where several share a login. */
const PERSON_VARIABLE = "KYM_USER";
const MAX_PERSON_CHARACTERS = 128;

/** SHA-256 by OpenSSL, Zstandard by zlib. */
export const nodeHashing: Required<Pick<Runtime, "sha256" | "sha256Text" | "zstd">> = {
  sha256: (bytes) => hash("sha256", bytes, "hex"),
  sha256Text: (text) => hash("sha256", text, "hex"),
  zstd: nodeZstd,
};

/**
 * Makes the runtime for Node: SHA-256 by OpenSSL, Zstandard by zlib, and a look at the other processes of this host. Commits
 * name the person of the variable `KYM_USER` or, without it, the login.
 */
export function nodeRuntime(): Runtime {
  const person = printableName(process.env[PERSON_VARIABLE] ?? "") ?? printableName(login());
  const pidNamespace = ownPidNamespace();
  const writer: WriterIdentity = {
    host: hostname(),
    pid: process.pid,
    started: processStarted(process.pid) ?? "unknown",
    ...(pidNamespace !== undefined && { pidNamespace }),
    ...(person !== undefined && { person }),
  };
  return {
    ...portableRuntime(),
    ...nodeHashing,
    gunzip: gunzipAtOnce,
    writer,
    writerState: (other) => stateOf(other, writer),
  };
}

/** Pieces so large that few are joined, and so small that a false `maxBytes` allocates little. */
const MOST_PIECE_BYTES = 1 << 20;

/** In a sixth of the time of a stream, for the many short ones of a checkpoint. */
function gunzipAtOnce(bytes: Uint8Array, maxBytes: number): Uint8Array<ArrayBuffer> {
  const chunkSize = Math.min(Math.max(64, maxBytes), MOST_PIECE_BYTES);
  return new Uint8Array(gunzipSync(bytes, { maxOutputLength: Math.max(1, maxBytes), chunkSize }));
}

/** The name of the account; "" for a user that the system does not know, as in some containers. */
function login(): string {
  try {
    return userInfo().username;
  } catch {
    return "";
  }
}

/** A name in one line of at most 128 characters, without control characters; undefined if nothing is left of it. */
function printableName(text: string): string | undefined {
  const line = text.replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim();
  const name = [...line].slice(0, MAX_PERSON_CHARACTERS).join("").trim();
  return name === "" ? undefined : name;
}

/**
 * Judges a writer by its process id, if that id means the same process to both: on this host, in the same boot and in the same
 * namespace. Containers, and machines that share a name, may have another process under it, or none.
 */
export function stateOf(other: WriterIdentity, self: WriterIdentity): "alive" | "dead" | "unknown" {
  const isJudged =
    other.host === self.host &&
    other.pidNamespace === self.pidNamespace &&
    (self.pidNamespace !== undefined || !HAS_NAMESPACES) &&
    isSameBoot(other.started, self.started);
  if (!isJudged) {
    return "unknown";
  }
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    const gone = error instanceof Error && "code" in error && error.code === "ESRCH";
    return gone ? "dead" : "alive";
  }
  const started = processStarted(other.pid);
  if (started === ZOMBIE) {
    return "dead";
  }
  return started !== undefined && !other.started.endsWith("unknown") && started !== other.started
    ? "dead"
    : "alive";
}

const HAS_NAMESPACES = process.platform === "linux";
const ZOMBIE = "zombie";

/** The boot stands before the slash in `started`. Where it is not known, only the process id is left. */
function isSameBoot(a: string, b: string): boolean {
  const [bootOfA, bootOfB] = [a, b].map((started) => started.slice(0, Math.max(0, started.indexOf("/"))));
  return bootOfA === "" || bootOfB === "" || bootOfA === bootOfB;
}

/** The namespace of this process's id, such as `pid:[4026531836]`, on Linux; undefined where it cannot be told. */
function ownPidNamespace(): string | undefined {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
}

/** Whether `/proc` counts processes as this one does. A namespace that was made without a mount of its own sees another's. */
function isOwnProc(): boolean {
  return readlinkSync("/proc/self") === String(process.pid);
}

/**
 * Returns the start time of a process in ticks since boot, on Linux. Elsewhere it is unknown, and only the pid is
 * compared.
 */
function processStarted(pid: number): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    if (!isOwnProc()) {
      return pid === process.pid ? `${boot}/unknown` : undefined;
    }
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") {
      return ZOMBIE;
    }
    const ticks = fields[19];
    return ticks === undefined ? undefined : `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}
