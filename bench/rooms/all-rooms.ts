// The rooms of `bench`, in the order in which they run and stand on the page.

import { arraysRoom } from "./arrays-room.ts";
import { ciRoom } from "./ci-room.ts";
import { cziRoom } from "./czi-room.ts";
import { indexRoom } from "./index-room.ts";
import { ingestRoom } from "./ingest-room.ts";
import { logRoom } from "./log-room.ts";
import { memoryRoom } from "./memory-room.ts";
import { oirRoom } from "./oir-room.ts";
import { openRoom } from "./open-room.ts";
import { packRoom } from "./pack-room.ts";
import type { Room } from "./room.ts";
import { slowRoom } from "./slow-room.ts";
import { startRoom } from "./start-room.ts";
import { tiffRoom } from "./tiff-room.ts";
import { waitRoom } from "./wait-room.ts";

export const ROOMS: readonly Room[] = [
  ingestRoom,
  indexRoom,
  openRoom,
  logRoom,
  arraysRoom,
  packRoom,
  tiffRoom,
  startRoom,
  memoryRoom,
  waitRoom,
  slowRoom,
  cziRoom,
  oirRoom,
  ciRoom,
];
