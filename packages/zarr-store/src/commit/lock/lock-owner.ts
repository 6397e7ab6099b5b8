import type { WriterIdentity } from "../../runtime/runtime.ts";

/** What the file in a lock, or `__owner.json` in a staging directory, says. */
export interface LockOwner extends WriterIdentity {
  readonly txid: string;
}

export function encodeOwner(owner: LockOwner): Uint8Array<ArrayBuffer> {
  const { host, pid, started, txid } = owner;
  return new TextEncoder().encode(JSON.stringify({ host, pid, started, txid }));
}

/** Undefined if it is half written, or no owner at all. */
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
  const { host, pid, started, txid }: Partial<Record<keyof LockOwner, unknown>> = owner;
  return typeof host === "string" &&
    typeof pid === "number" &&
    Number.isSafeInteger(pid) &&
    typeof started === "string" &&
    typeof txid === "string"
    ? { host, pid, started, txid }
    : undefined;
}
