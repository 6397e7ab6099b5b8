// The file that names the writer of a lock or of a staging directory.

import type { WriterIdentity } from "../../runtime/runtime.ts";

/** The contents of the owner file in a lock, and of `__owner.json` in a staging directory. */
export interface LockOwner extends WriterIdentity {
  readonly txid: string;
}

export function encodeOwner(owner: LockOwner): Uint8Array<ArrayBuffer> {
  const { host, pid, started, txid, pidNamespace } = owner;
  return new TextEncoder().encode(JSON.stringify({ host, pid, started, txid, pid_namespace: pidNamespace }));
}

/** Reads an owner file. Undefined if it is half written, or is not an owner file at all. */
export function decodeOwner(bytes: Uint8Array | undefined): LockOwner | undefined {
  if (bytes === undefined) {
    return undefined;
  }
  let owner: unknown;
  try {
    owner = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof owner !== "object" || owner === null) {
    return undefined;
  }
  const {
    host,
    pid,
    started,
    txid,
    pid_namespace: pidNamespace,
  }: Partial<Record<string, unknown>> = {
    ...owner,
  };
  return typeof host === "string" &&
    typeof pid === "number" &&
    Number.isSafeInteger(pid) &&
    typeof started === "string" &&
    typeof txid === "string"
    ? { host, pid, started, txid, ...(typeof pidNamespace === "string" && { pidNamespace }) }
    : undefined;
}
