// Finds out by trying how versions can be claimed in a place, so that of two writers exactly one wins.
import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { joinKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import type { ClaimMethod } from "../log/commit-record.ts";
import { probeKey } from "../log/control-keys.ts";

const FIRST = new TextEncoder().encode("first");
const SECOND = new TextEncoder().encode("second");

type ProbeContext = Pick<CommitContext, "store" | "runtime">;

/**
 * Chooses how a new dataset claims its versions: by hard links where they work, else by folders.
 *
 * @throws {ZarrStoreError} `not_supported` if neither is exclusive here, `io`
 */
export async function chooseClaim(context: ProbeContext): Promise<ClaimMethod> {
  for (const method of ["link", "folder"] as const) {
    if (await canClaimBy(context, method)) {
      return method;
    }
  }
  throw new ZarrStoreError(
    "not_supported",
    `${context.store.location} cannot be written: neither hard links nor renamed folders make one of two writers win here`,
    { path: context.store.location, expected: ["link", "folder"] },
  );
}

/**
 * Whether a second claim of a name fails and leaves the first one as it was. The probe works in a folder of its own and
 * removes it. An error of the first claim means that the method does not exist here.
 */
export async function canClaimBy(context: ProbeContext, method: ClaimMethod): Promise<boolean> {
  const root = probeKey(context.runtime.newId());
  const keys = {
    taken: joinKey(root, "taken"),
    first: joinKey(root, "first"),
    second: joinKey(root, "second"),
  };
  try {
    return method === "link" ? await linkIsExclusive(context, keys) : await folderIsExclusive(context, keys);
  } finally {
    for (const key of Object.values(keys)) {
      await context.store.remove(joinKey(key, "content")).catch(() => undefined);
      await context.store.remove(key).catch(() => undefined);
    }
    await context.store.remove(root).catch(() => undefined);
  }
}

type ProbeKeys = Readonly<Record<"taken" | "first" | "second", StoreKey>>;

async function linkIsExclusive({ store }: ProbeContext, keys: ProbeKeys): Promise<boolean> {
  await store.put(keys.first, FIRST);
  await store.put(keys.second, SECOND);
  const claim = async (from: StoreKey): Promise<boolean> =>
    unlessIo(store.putNew(keys.taken, from, { atomic: true }), false);
  return (
    (await claim(keys.first)) && !(await claim(keys.second)) && holds(await store.get(keys.taken), FIRST)
  );
}

async function folderIsExclusive({ store }: ProbeContext, keys: ProbeKeys): Promise<boolean> {
  await store.put(joinKey(keys.first, "content"), FIRST);
  await store.put(joinKey(keys.second, "content"), SECOND);
  const claim = async (from: StoreKey): Promise<boolean> =>
    (await unlessIo(store.move(from, keys.taken), "blocked")) === "moved";
  const [isFirst, isSecond] = [await claim(keys.first), await claim(keys.second)];
  return isFirst && !isSecond && holds(await store.get(joinKey(keys.taken, "content")), FIRST);
}

/** What the medium refuses, the method does not offer: an error is an answer here, not a failure. */
async function unlessIo<T>(call: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (isZarrStoreError(error, "io", "not_supported")) {
      return otherwise;
    }
    throw error;
  }
}

function holds(bytes: Uint8Array | undefined, expected: Uint8Array): boolean {
  return (
    bytes !== undefined &&
    bytes.length === expected.length &&
    expected.every((byte, at) => bytes[at] === byte)
  );
}
