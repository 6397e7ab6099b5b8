import { expect, it } from "vitest";
import { httpStore } from "../../src/http/http-store.ts";
import { checkDataset, openDataset } from "../../src/index.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import { joinKey } from "../../src/store/store-key.ts";

const NOTES = joinKey("images/one/analysis/notes.json");

/** A server of a dataset whose one object is 1 GiB long, in pieces of 1 MiB, with or without saying so before. */
async function served(announces: boolean) {
  const store = memoryStore();
  const dataset = await openDataset(store);
  const image = { dtype: "uint8", shape: [2, 2], data: new Uint8Array(4) } as const;
  await (await dataset.addImage(image, { id: "one" })).saveJson("notes", { v: 1 });
  let sentBytes = 0;
  let mostBytes = 0;
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const key = joinKey(new URL(String(input instanceof Request ? input.url : input)).pathname.slice(3));
    if (key !== NOTES) {
      const bytes = await store.get(key);
      return bytes === undefined ? new Response(null, { status: 404 }) : new Response(bytes);
    }
    sentBytes = 0;
    const piece = new Uint8Array(2 ** 20);
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => {
        sentBytes += piece.length;
        mostBytes = Math.max(mostBytes, sentBytes);
        controller.enqueue(piece);
        if (sentBytes >= 2 ** 30) {
          controller.close();
        }
      },
    });
    return new Response(body, { headers: announces ? { "content-length": String(2 ** 30) } : {} });
  };
  const remote = httpStore("http://example.org/d/", { fetch, retries: 0 });
  return { remote, most: () => mostBytes };
}

it.each([true, false])(
  "a body far longer than the log says is not read on: announced %s",
  async (announces) => {
    const { remote, most } = await served(announces);
    const dataset = await openDataset(remote, { mode: "r" });
    await expect(dataset.record("one").loadJson("notes")).rejects.toMatchObject({ code: "modified_outside" });
    const { problems } = await checkDataset(remote, { level: "data" });
    expect(problems.map(({ path }) => path)).toEqual([NOTES]);
    expect(most()).toBeLessThan(20 * 2 ** 20);
  },
);
