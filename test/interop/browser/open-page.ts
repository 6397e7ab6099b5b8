// Opens a page in Chromium, and sees its console and what it loads.

import { DevTools } from "./dev-tools.ts";

/** An answer to a request of a page. */
export interface PageResponse {
  /** The path of the URL, without origin and query. */
  readonly path: string;
  readonly status: number;
  readonly mimeType: string;
}

/** A page that is loaded. */
export interface Page {
  /** What the console shows: messages, failed requests and uncaught errors. */
  readonly messages: readonly string[];
  /** What was answered, in order. */
  readonly responses: readonly PageResponse[];
  /** What an expression gives in the page, once it is there, as JSON. */
  evaluate(expression: string): Promise<unknown>;
}

/** Opens a page and waits until it has run. */
export async function openPage(devToolsUrl: string, url: string): Promise<Page> {
  const messages: string[] = [];
  const responses: PageResponse[] = [];
  const devTools = await DevTools.connect(devToolsUrl);
  const { targetId } = await devTools.send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await devTools.send("Target.attachToTarget", { targetId, flatten: true });
  const tab = devTools.session(String(sessionId));
  const loaded = new Promise<void>((resolve) => tab.on("Page.loadEventFired", () => resolve()));
  tab.on("Runtime.consoleAPICalled", (event) => messages.push(JSON.stringify(event["args"])));
  tab.on("Runtime.exceptionThrown", (event) => messages.push(JSON.stringify(event["exceptionDetails"])));
  tab.on("Log.entryAdded", ({ entry }) => messages.push(`${field(entry, "text")} ${field(entry, "url")}`));
  tab.on("Network.responseReceived", ({ response }) => {
    const path = new URL(String(field(response, "url"))).pathname;
    const mimeType = String(field(response, "mimeType"));
    responses.push({ path, status: Number(field(response, "status")), mimeType });
  });
  for (const domain of ["Page", "Runtime", "Log", "Network"]) {
    await tab.send(`${domain}.enable`);
  }
  await tab.send("Page.navigate", { url });
  await loaded;
  const evaluate = async (expression: string): Promise<unknown> => {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await tab.send("Runtime.evaluate", options);
    if (exceptionDetails !== undefined) {
      throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    }
    return field(result, "value");
  };
  return { messages, responses, evaluate };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
