import { expect, it } from "vitest";
import { LoopImage } from "./loop-image.ts";
import { powerCuts } from "./power-cuts.ts";

const reason = await LoopImage.whyNot();
if (reason !== undefined) {
  console.log(`SKIPPED: power cuts need root and a loop device, which this machine does not give: ${reason}`);
}

/** More commits, and other flushes that are left out, in `power-cut.soak.ts`. */
it.skipIf(reason)("nothing acknowledged is lost by a power cut at any step of a commit", async () => {
  const { cuts, faults } = await powerCuts(1, "all");
  console.log(`power cuts on ext4: ${cuts}, ${faults.length} with a fault`);
  expect(faults).toEqual([]);
});

it.skipIf(reason)(
  "a writer that does not flush the log is found to lose a commit by a power cut",
  async () => {
    const { cuts, faults } = await powerCuts(1, "not the log");
    console.log(`power cuts on ext4, log not flushed: ${cuts}, ${faults.length} with a fault: ${faults[0]}`);
    expect(faults).not.toEqual([]);
  },
);
