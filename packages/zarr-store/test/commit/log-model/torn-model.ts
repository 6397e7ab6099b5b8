/**
 * A model of a last record that is cut off: writers set it aside and claim its version, without the lock, so that each may have
 * slept between its look and its next step. No staged record fits the one that is cut off.
 *
 * - `renames`: what has the name is renamed away, looked at again, and put back if it is whole.
 * - `removes`: the bytes are copied, then the name is removed as a file. That fails for a folder that holds a record.
 */
export interface TornRules {
  readonly settle: "renames" | "removes";
  readonly claim: "link" | "folder";
  readonly writers: number;
}

export interface TornExploration {
  readonly states: number;
  /** States in which an acknowledged record does not have its name, and in which two were acknowledged for one version. */
  readonly hidden: number;
  readonly forked: number;
  /** States in which all are done and nobody has the version. */
  readonly stuck: number;
}

interface Writer {
  readonly step: "look" | "settle" | "judge" | "put back" | "claim" | "acknowledge" | "done";
  /** What it renamed away. */
  readonly aside: string;
}

interface State {
  /** The name of the version: free, a record that is cut off, or the writer whose record has it. */
  readonly slot: string;
  readonly acknowledged: readonly string[];
  readonly writers: readonly Writer[];
}

const TORN = "torn";

/** Explores every order of the steps. */
export function exploreTorn(rules: TornRules): TornExploration {
  const start: State = {
    slot: TORN,
    acknowledged: [],
    writers: Array.from({ length: rules.writers }, () => ({ step: "look", aside: "" })),
  };
  const found = { states: 0, hidden: 0, forked: 0, stuck: 0 };
  const seen = new Set([JSON.stringify(start)]);
  const queue = [start];
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    found.states++;
    const { slot, acknowledged, writers } = state;
    found.hidden += acknowledged.some((id) => id !== slot) ? 1 : 0;
    found.forked += acknowledged.length > 1 ? 1 : 0;
    found.stuck += acknowledged.length === 0 && writers.every(({ step }) => step === "done") ? 1 : 0;
    for (const [index, writer] of writers.entries()) {
      if (writer.step !== "done") {
        const next = advance(state, index, writer, rules);
        const key = JSON.stringify(next);
        if (!seen.has(key)) {
          seen.add(key);
          queue.push(next);
        }
      }
    }
  }
  return found;
}

/** One atomic step of one writer. It is done when it was acknowledged, or when another has the version. */
function advance(state: State, index: number, writer: Writer, { settle, claim }: TornRules): State {
  const { slot, acknowledged } = state;
  const id = String(index + 1);
  const to = (step: Writer["step"], aside = "", name = slot): State => ({
    slot: name,
    acknowledged,
    writers: state.writers.with(index, { step, aside }),
  });
  switch (writer.step) {
    case "look":
      return to(slot === TORN ? "settle" : slot === "" ? "claim" : "done");
    case "settle": {
      if (slot === "") {
        return to("look");
      }
      if (settle === "renames") {
        return to("judge", slot, "");
      }
      const isFolder = slot !== TORN && claim === "folder";
      return to("look", "", isFolder ? slot : "");
    }
    case "judge":
      return writer.aside === TORN ? to("look") : to("put back", writer.aside);
    case "put back":
      return to("look", "", slot === "" ? writer.aside : slot);
    case "claim":
      return slot === "" ? to("acknowledge", "", id) : to("look");
    case "acknowledge":
      return { ...to("done"), acknowledged: [...acknowledged, id].sort() };
    case "done":
      throw new Error("a writer that is done takes no step");
  }
}
