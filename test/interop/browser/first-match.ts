// Waits until a program says something.

import type { Readable } from "node:stream";

/**
 * The first group of the first match in what a stream says. The rest is read and dropped.
 *
 * @throws {Error} with the text if the stream ends before.
 */
export function firstMatch(stream: Readable, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    stream.setEncoding("utf8");
    stream.on("data", (part: string) => {
      text += part;
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) {
        resolve(found);
      }
    });
    stream.on("end", () => reject(new Error(`it ended without ${pattern}: ${text}`)));
  });
}
