// The script of a page that reads headers and metadata and no table, for `page-on-vite.test.ts`.

import { parseMetadata } from "@kym/kym-schema";
import { readOlympusHeader } from "@kym/legacy-io";

Object.assign(globalThis, { parseMetadata, readOlympusHeader });
