// Decides what a pull does with each image, from what both copies have, list and know of their files.

import type { ObjectHashes } from "../indexer/artifact-ref.ts";
import { decideImage, type ImageDecision } from "./decide-image.ts";
import type { ListedImages } from "./open/list-images.ts";
import type { PullStart } from "./pull-base.ts";
import type { PulledSources } from "./pull-tables.ts";

/** The decisions of one pull. They read nothing. */
export class PullDecisions {
  readonly #start: PullStart;
  readonly #sources: PulledSources;
  readonly #lists: ListedImages;

  constructor(start: PullStart, sources: PulledSources, lists: ListedImages) {
    this.#start = start;
    this.#sources = sources;
    this.#lists = lists;
  }

  /** Whether the image of the other copy stays away, and its rows of the ledger with it. */
  isLeftOut(id: string): boolean {
    return this.sameFileOf(id) !== undefined || (this.#lists.leftOut.has(id) && !this.#start.theirs.has(id));
  }

  /** The image here that was made from the same file, unless this pull deletes it. */
  sameFileOf(id: string): string | undefined {
    const same = this.#sources.sameFile.get(id);
    const isGoing = same !== undefined && this.of(same, this.#start.ours.get(same)).kind === "deleted";
    return isGoing ? undefined : same;
  }

  /** What was taken or deleted here meanwhile is a change, although the base of the other copy does not know of it. */
  of(id: string, ours: ObjectHashes | undefined): ImageDecision {
    const { baseOf, theirs, ownSince, theirSince } = this.#start;
    const their = theirs.get(id);
    const decision = decideImage(baseOf(id), ours, their);
    if (decision.kind === "other pixels" && this.#lists.replaced.has(id)) {
      return { kind: "replaced" };
    }
    const own = this.#lists.here.has(id) ? undefined : ownSince.get(id);
    const wasTakenThere = decision.kind === "same" && their !== undefined && theirSince.get(id) === "added";
    if (own === "deleted" && ours === undefined && (decision.kind === "new" || wasTakenThere)) {
      return { kind: "gone" };
    }
    const isKept = decision.kind === "kept" || (decision.kind === "deleted" && own === "added");
    return !isKept ? decision : { kind: this.#isInTurn(id) ? "same" : "kept" };
  }

  /** Whether the other copy has an image of the same file in its place, about which a conflict is opened anyway. */
  #isInTurn(id: string): boolean {
    const { baseOf, ours, theirs } = this.#start;
    return [...this.#sources.sameFile].some(([other, here]) => {
      const { kind } = decideImage(baseOf(other), ours.get(other), theirs.get(other));
      return here === id && (kind === "new" || kind === "gone");
    });
  }
}
