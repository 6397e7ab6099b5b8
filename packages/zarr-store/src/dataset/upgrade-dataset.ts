// Makes a dataset of version 2 one of version 3, by a commit of its own before the first other write.
import { rewrittenNode } from "../commit/foreign/rewritten-node.ts";
import { isZarrStoreError } from "../errors.ts";
import type { DatasetParts } from "./dataset-parts.ts";
import { ROOT_NODE } from "./layout.ts";
import { rootAttributes, upgradedRootAttributes } from "./nodes/root-attributes.ts";
import { encodeNode } from "./record/record-objects.ts";

const MESSAGE = "upgrade to format version 3";

/**
 * Upgrades a dataset that needs it; a new one and one of version 3 are left alone. From the upgrade on, builds that know only
 * version 2 refuse the dataset by name. Where another program gave the root attributes that can be adopted, the dataset stays at
 * version 2, with a warning, until they are adopted. See docs/on-disk-format.md#versions.
 *
 * @throws {ZarrStoreError} `conflict`, `io`
 */
export async function upgradeDataset(parts: DatasetParts): Promise<void> {
  const { store, logger } = parts;
  const { log } = parts.engine;
  if (log.head.version === 0 || log.head.nextRecordFormat === 2) {
    return;
  }
  const stay = (why: string): void => {
    if (!warned.has(parts)) {
      warned.add(parts);
      logger.warn(`${store.location} stays at format version 2 until ${ROOT_NODE} is adopted: ${why}`);
    }
  };
  const edit = await parts.engine.look((context) => rewrittenNode(context, ROOT_NODE));
  if (edit?.remedy === "adopt") {
    stay(edit.message);
    return;
  }
  try {
    await commitUpgrade(parts);
  } catch (error) {
    if (!isZarrStoreError(error, "modified_outside")) {
      throw error;
    }
    stay(error.message);
  }
}

/** A session says it once. */
const warned = new WeakSet<DatasetParts>();

async function commitUpgrade({ engine, store, logger }: DatasetParts): Promise<void> {
  const { log } = engine;
  const { commit } = await engine.transact(
    async (transaction) => {
      if (log.head.nextRecordFormat === 2) {
        return;
      }
      const root = await transaction.read(ROOT_NODE);
      if (root !== undefined) {
        const attributes = upgradedRootAttributes(rootAttributes(root, store.location));
        await transaction.put(ROOT_NODE, encodeNode(attributes));
      }
    },
    { message: MESSAGE, isUpgrade: true },
  );
  if (commit.committed) {
    logger.info(
      `${store.location} is now a dataset of format version 3: older builds cannot open it any more`,
    );
  }
}
