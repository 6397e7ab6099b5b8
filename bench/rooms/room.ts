// What a room of `bench` is: goals about one subject, and what measures all their sides in one run.

import type { Goal, SideSamples } from "../goals/goal.ts";
import type { PeerPython } from "../peers/peer-python.ts";

export interface RoomPlace {
  /** A folder in memory, if the system has one. */
  readonly memory: string;
  /** A folder on a disk. */
  readonly disk: string;
  readonly rounds: number;
  /** Whether inputs are small: for a first look, and for CI. */
  readonly isShort: boolean;
  /** The Python with the peers; undefined where it cannot be had. */
  readonly python: PeerPython | undefined;
  /** Adds a sentence to the notes of the room. */
  note(sentence: string): void;
}

export interface Room {
  /** The name that `bench NAME` takes. */
  readonly name: string;
  readonly title: string;
  /** Rounds if the command line says nothing. */
  readonly rounds: number;
  /** Whether it takes part only where it is named, as the checks of CI do. */
  readonly isOnRequest?: boolean;
  goals(place: Pick<RoomPlace, "isShort">): readonly Goal[];
  measure(place: RoomPlace): Promise<SideSamples>;
}
