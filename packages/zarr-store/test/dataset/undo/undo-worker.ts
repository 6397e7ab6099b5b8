/** A process that edits and undoes: a file of its own, and one field of its own in the metadata of an image of all. */
import { openLocalDataset } from "../../../src/node/index.ts";
import { seededRandom } from "../../commit/workers/worker-plan.ts";
import { editNotes, RULES, summarize } from "./undo-world.ts";

const [root = "", worker = "", rounds = "0", seed = "0", kill = "0"] = process.argv.slice(2);
const random = seededRandom(Number(seed));
await using dataset = await openLocalDataset(root, {
  summarize,
  lock: { staleAfterMs: 2_000 },
  onStep: () => {
    if (random() < Number(kill)) {
      process.kill(process.pid, "SIGKILL");
    }
  },
});

/** The version of an edit of an earlier life; otherwise it is made now. */
async function versionOf(message: string, edit: () => Promise<number>): Promise<number> {
  for await (const record of dataset.log()) {
    if (record.message === message) {
      return record.version;
    }
  }
  return edit();
}

for (let round = 0; round < Number(rounds); round++) {
  const own = `own ${worker}/${round}`;
  const versions = [
    await versionOf(own, async () => {
      const { version } = await dataset.transaction(
        async (transaction) => {
          await transaction.record("one").saveJson(`of/${worker}`, { round });
        },
        { message: own },
      );
      return version;
    }),
    await versionOf(`shared ${worker}/${round}`, () =>
      editNotes(dataset, "two", { [`w${worker}`]: round }, `shared ${worker}/${round}`),
    ),
  ];
  for (const version of versions) {
    const undone = await dataset.past.undo({ ...RULES, version });
    if (undone.outcome === "refused" && undone.because !== "already_undone") {
      throw new Error(`version ${version} was not undone: ${undone.because}`);
    }
  }
}
