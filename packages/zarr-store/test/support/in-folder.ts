import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs a test in a new folder, which is gone afterwards. */
export async function inFolder<T>(run: (root: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), "kym-processes-"));
  try {
    return await run(root);
  } finally {
    await rm(root, { recursive: true });
  }
}
