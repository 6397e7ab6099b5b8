// Reads the names of pixel blocks in an OIR file: `t001_0_1_<channel>_12`, `REF_LSM0_<channel>_0`.

/** Which part of which plane a block of pixels is. */
export interface OirUid {
  readonly kind: "scan" | "reference";
  /** Steps along the axes, from 1; 0 for an axis that the name does not have. */
  readonly t: number;
  readonly l: number;
  readonly z: number;
  /** The channel's id. */
  readonly channel: string;
  /** Blocks of one plane and channel have growing numbers. */
  readonly block: number;
}

const REFERENCE = /^REF_[A-Z]+\d*_(.+)_(\d{1,9})$/;
const BLOCK = /^(?:(.*?)_)??(?:\d{1,9}_\d{1,9}_)?([\da-fA-F-]+)_(\d{1,9})$/;
const STEP = /([tlz])(\d{1,9})/g;

/** Reads a name; undefined for one of another kind. */
export function parseOirUid(uid: string): OirUid | undefined {
  const [, referenceChannel, referenceBlock] = REFERENCE.exec(uid) ?? [];
  if (referenceChannel !== undefined) {
    return { kind: "reference", t: 0, l: 0, z: 0, channel: referenceChannel, block: Number(referenceBlock) };
  }
  const [, axes = "", channel, block] = BLOCK.exec(uid) ?? [];
  if (channel === undefined) {
    return undefined;
  }
  const steps = new Map([...axes.matchAll(STEP)].map(([, axis, number]) => [axis, Number(number)]));
  const step = (axis: string): number => steps.get(axis) ?? 0;
  return { kind: "scan", t: step("t"), l: step("l"), z: step("z"), channel, block: Number(block) };
}
