import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";

/** Answers a request in a way of its own; `serve` answers it with the file, as a faultless server does. */
export type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  serve: () => Promise<void>,
) => unknown;

export interface WebServer extends AsyncDisposable {
  readonly origin: string;
  /** What was asked, in order: path and query, and the range if one was asked for. */
  readonly requests: readonly string[];
  /** What is done instead of serving, from now on. */
  answer: Answer;
}

/** Serves the files of a folder, and ranges of them, at `/<base>/`. */
export async function webServer(folder: string, base = ""): Promise<WebServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push([request.url, request.headers.range].filter((part) => part !== undefined).join(" "));
    void web.answer(request, response, () => serveFile(folder, base, request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const web: WebServer = {
    origin: `http://127.0.0.1:${port}`,
    requests,
    answer: (_request, _response, serve) => serve(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return web;
}

/** Gives one answer to the first so many requests, and serves the others. */
export function firstly(times: number, answer: Answer): Answer {
  let left = times;
  return (request, response, serve) => (left-- > 0 ? answer(request, response, serve) : serve());
}

/** An answer of nothing but a status and headers. */
export function says(status: number, headers: Readonly<Record<string, string>> = {}, body = ""): Answer {
  return (_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

async function serveFile(
  folder: string,
  base: string,
  { url = "", headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = ""] = url.split("?");
  const bytes = path.startsWith(`/${base}`) ? await bytesAt(folder, path.slice(base.length + 1)) : undefined;
  if (bytes === undefined) {
    response.writeHead(404, { "content-type": "text/html" });
    response.end("<h1>Not Found</h1>");
    return;
  }
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
  if (first === undefined) {
    response.writeHead(200, { "content-length": bytes.length });
    response.end(bytes);
  } else if (Number(first) >= bytes.length) {
    response.writeHead(416, { "content-range": `bytes */${bytes.length}` });
    response.end();
  } else {
    const part = bytes.subarray(Number(first), Number(last) + 1);
    const end = Number(first) + part.length - 1;
    response.writeHead(206, {
      "content-length": part.length,
      "content-range": `bytes ${first}-${end}/${bytes.length}`,
    });
    response.end(part);
  }
}

async function bytesAt(folder: string, path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(join(folder, ...path.split("/").map(decodeURIComponent)));
  } catch {
    return undefined;
  }
}
