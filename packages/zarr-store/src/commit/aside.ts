import type { StoreKey } from "../store/store-key.ts";
import { joinKey } from "../store/store-key.ts";
import type { CommitContext } from "./commit-context.ts";

/**
 * Decides about a file that a deletion moved to `<refuge>/<path>`, after the move, by the log alone: what the log wants at
 * the path is linked back, and the log is read once more before the aside goes. A process that is late can so never
 * delete what a newer commit put there. `commit_model` in the tests explores it.
 *
 * @returns `again` if the path holds the unwanted bytes once more and the deletion has to be repeated.
 */
export async function settleAside(
  context: CommitContext,
  refuge: StoreKey,
  path: StoreKey,
): Promise<"settled" | "again"> {
  const { store, log, runtime, logger } = context;
  const aside = joinKey(refuge, path);
  const bytes = await store.get(aside);
  if (bytes === undefined) {
    return "settled";
  }
  const hash = await runtime.sha256(bytes);
  for (;;) {
    await log.refresh();
    if (log.head.object(path)?.sha256 === hash) {
      await linkBack(context, aside, path);
      await log.refresh();
      if (log.head.object(path)?.sha256 === hash) {
        await store.remove(aside);
        return "settled";
      }
      continue;
    }
    if (!(await log.wasEverCommitted(path, hash))) {
      const back = await linkBack(context, aside, path);
      logger.warn(`${path} was deleted, but its bytes are not ours: ${back ? "they stay" : `kept as ${aside}`}`);
      if (back) {
        await store.remove(aside);
      }
      return "settled";
    }
    const final = await store.get(path);
    await store.remove(aside);
    return final !== undefined && (await runtime.sha256(final)) === hash ? "again" : "settled";
  }
}

async function linkBack({ store, onStep }: CommitContext, aside: StoreKey, path: StoreKey): Promise<boolean> {
  if ((await store.stat(aside)) === undefined) {
    return false;
  }
  const linked = await store.putNew(path, aside);
  await onStep("delete-putback", path);
  return linked;
}
