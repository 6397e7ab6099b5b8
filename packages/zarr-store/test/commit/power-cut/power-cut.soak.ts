import { expect, it } from "vitest";
import { LoopImage } from "./loop-image.ts";
import { type Flushes, powerCuts } from "./power-cuts.ts";

const reason = await LoopImage.whyNot();
if (reason !== undefined) {
  console.log(`SKIPPED: power cuts need root and a loop device, which this machine does not give: ${reason}`);
}

it.skipIf(reason)(
  "nothing acknowledged is lost by a power cut at any step of eight commits",
  { timeout: 300_000 },
  async () => {
    const { cuts, faults } = await powerCuts(8, "all");
    console.log(`power cuts on ext4: ${cuts}, ${faults.length} with a fault`);
    expect(faults).toEqual([]);
  },
);

it.skipIf(reason).each<Flushes>(["not the log", "not what is staged"])(
  "a writer that flushes %s is found to lose commits by a power cut",
  async (flushes) => {
    const { cuts, faults } = await powerCuts(2, flushes);
    console.log(
      `power cuts on ext4, flushed: ${flushes}: ${cuts}, ${faults.length} with a fault: ${faults[0]}`,
    );
    expect(faults).not.toEqual([]);
  },
);
