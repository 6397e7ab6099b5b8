// Finds out by trying how versions can be claimed in a place, so that of two writers exactly one wins.
import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { KeyValueStore } from "../../store/key-value-store.ts";
import { joinKey, type StoreKey } from "../../store/store-key.ts";
import type { ClaimMethod } from "../records/commit-record.ts";
import { probeKey } from "../records/control-keys.ts";

const FIRST = new TextEncoder().encode("first");
const SECOND = new TextEncoder().encode("second");

interface ProbeContext {
  readonly store: KeyValueStore;
  readonly runtime: Pick<Runtime, "newId">;
}

/** The methods in the order of preference. */
const METHODS: readonly ClaimMethod[] = ["link", "folder"];

/**
 * Chooses how a dataset claims its versions here: by hard links where they work, and by folders elsewhere.
 *
 * @throws {ZarrStoreError} `not_supported` if neither is exclusive here, `io`
 */
export async function chooseClaim(context: ProbeContext): Promise<ClaimMethod> {
  const whyNot = new Map<ClaimMethod, string>();
  for (const method of METHODS) {
    const why = await whyNotClaimBy(context, method);
    if (why === undefined) {
      return method;
    }
    whyNot.set(method, why);
  }
  const reasons = [...new Set(whyNot.values())].join("; ");
  throw noSafeClaim(context.store.location, reasons, Object.fromEntries(whyNot));
}

/**
 * Checks that the recorded method works where the dataset lies now, which may be another place than where it was made.
 *
 * @throws {ZarrStoreError} `not_supported`, `io`
 */
export async function assertClaimWorks(context: ProbeContext, method: ClaimMethod): Promise<void> {
  const why = await whyNotClaimBy(context, method);
  if (why === undefined) {
    return;
  }
  const other = await chooseClaim(context);
  if (other === method) {
    return;
  }
  const { location } = context.store;
  throw new ZarrStoreError(
    "not_supported",
    `${location} claims its versions by ${IN_WORDS[method]}, and that is not safe here: ${why}. ` +
      `While nobody writes to it from another place, \`kym check --repair --claim\` records ${IN_WORDS[other]} instead`,
    { path: location, expected: other, found: method },
  );
}

/**
 * Refuses a place where not even a lock excludes another writer. Other work than a commit asks only this.
 *
 * @throws {ZarrStoreError} `not_supported`
 */
export async function assertSafePlace({ store }: { readonly store: KeyValueStore }): Promise<void> {
  const why = whyUnsafe(await store.fileSystemName?.(), "link");
  if (why !== undefined) {
    throw noSafeClaim(store.location, why, undefined);
  }
}

function noSafeClaim(location: string, why: string, found: unknown): ZarrStoreError {
  return new ZarrStoreError(
    "not_supported",
    `${location} cannot be written, because no claim of a version is safe here: ${why}. Keep the dataset on a local disk`,
    { path: location, expected: METHODS, found },
  );
}

const IN_WORDS: Readonly<Record<ClaimMethod, string>> = { link: "hard links", folder: "renamed folders" };

/** How versions can be claimed in a place, as `kym doctor` tells. */
export interface ClaimProbe {
  /** The type of the file system, as the operating system calls it; undefined where it is unknown. */
  readonly fileSystem: string | undefined;
  /** The method that a new dataset would record; undefined if none is safe here, so that nothing can be written. */
  readonly method: ClaimMethod | undefined;
  /** Why a method is not safe here, for each that is not. */
  readonly faults: Readonly<Partial<Record<ClaimMethod, string>>>;
}

/**
 * Tries how versions can be claimed in a place, in a folder of its own below `__staging` that is gone afterwards.
 *
 * @throws {ZarrStoreError} `io`
 * @example
 * const { method, faults } = await probeClaims(localStore("/data"), nodeRuntime());
 */
export async function probeClaims(
  store: KeyValueStore,
  runtime: Pick<Runtime, "newId">,
): Promise<ClaimProbe> {
  const faults: Partial<Record<ClaimMethod, string>> = {};
  for (const method of METHODS) {
    const why = await whyNotClaimBy({ store, runtime }, method);
    if (why !== undefined) {
      faults[method] = why;
    }
  }
  return {
    fileSystem: await store.fileSystemName?.(),
    method: METHODS.find((method) => faults[method] === undefined),
    faults,
  };
}

/** Why versions cannot be claimed by a method here; undefined if they can. */
async function whyNotClaimBy(context: ProbeContext, method: ClaimMethod): Promise<string | undefined> {
  const unsafe = whyUnsafe(await context.store.fileSystemName?.(), method);
  return unsafe ?? ((await canClaimBy(context, method)) ? undefined : NO_METHOD[method]);
}

const NO_METHOD: Readonly<Record<ClaimMethod, string>> = {
  link: "there are no hard links",
  folder: "the rename of a folder does not leave the first of two claims alone",
};

/** What a try of one process cannot show, by the file system's name: two mounts, or two branches, can both win. */
export function whyUnsafe(fileSystem: string | undefined, method: ClaimMethod): string | undefined {
  if (fileSystem?.endsWith("rclone") === true) {
    return "on an rclone mount, two writers can both win the same version";
  }
  return fileSystem?.endsWith("mergerfs") === true && method === "folder"
    ? "on mergerfs, a folder can be renamed to a name that another branch has"
    : undefined;
}

/**
 * Whether a second claim of a name fails and leaves the first one as it was. The next writer removes a probe that it finds, so
 * a failure counts only if it is repeated.
 */
async function canClaimBy(context: ProbeContext, method: ClaimMethod): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (await tryClaims(context, method)) {
      return true;
    }
  }
  return false;
}

const ATTEMPTS = 3;

/** Claims one name twice, in a folder of its own that is gone afterwards. */
async function tryClaims({ store, runtime }: ProbeContext, method: ClaimMethod): Promise<boolean> {
  const root = probeKey(runtime.newId());
  const [taken, first, second] = [joinKey(root, "taken"), joinKey(root, "first"), joinKey(root, "second")];
  const contentOf = (key: StoreKey): StoreKey => (method === "link" ? key : joinKey(key, "content"));
  const claim = (from: StoreKey): Promise<"claimed" | "refused" | "gone"> =>
    claimOnce(method === "link" ? linkTo(store, taken, from) : renameTo(store, taken, from));
  try {
    await store.put(contentOf(first), FIRST);
    await store.put(contentOf(second), SECOND);
    const [one, two] = [await claim(first), await claim(second)];
    return one === "claimed" && two === "refused" && holds(await store.get(contentOf(taken)), FIRST);
  } finally {
    for (const key of [taken, first, second].flatMap((name) => [contentOf(name), name])) {
      await store.remove(key).catch(() => undefined);
    }
    await store.remove(root).catch(() => undefined);
  }
}

async function linkTo(store: KeyValueStore, taken: StoreKey, from: StoreKey): Promise<"claimed" | "refused"> {
  return (await store.putNew(taken, from, { atomic: true })) ? "claimed" : "refused";
}

async function renameTo(
  store: KeyValueStore,
  taken: StoreKey,
  from: StoreKey,
): Promise<"claimed" | "refused" | "gone"> {
  const outcome = await store.move(from, taken);
  return outcome === "moved" ? "claimed" : outcome === "blocked" ? "refused" : "gone";
}

/**
 * Whatever error a link or a rename ends with, it is nothing to rely on here; that the disk is full or read-only says nothing
 * about it.
 */
async function claimOnce<T>(call: Promise<T>): Promise<T | "refused" | "gone"> {
  try {
    return await call;
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return "gone";
    }
    if (
      isZarrStoreError(error, "not_supported") ||
      (isZarrStoreError(error, "io") && !NO_ANSWERS.has(error.details.found))
    ) {
      return "refused";
    }
    throw error;
  }
}

const NO_ANSWERS: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EROFS"]);

function holds(bytes: Uint8Array | undefined, expected: Uint8Array): boolean {
  return (
    bytes !== undefined &&
    bytes.length === expected.length &&
    expected.every((byte, at) => bytes[at] === byte)
  );
}
