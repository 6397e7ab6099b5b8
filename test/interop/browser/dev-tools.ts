// Speaks with the DevTools of Chromium, in their protocol of JSON messages.

/** The members of an event or an answer. */
type Members = Readonly<Record<string, unknown>>;

/** One tab, or the browser itself. */
export interface DevToolsSession {
  /** Calls a method, and returns what it answers. */
  send(method: string, parameters?: Members): Promise<Members>;
  on(event: string, listener: (members: Members) => void): void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Members;
  readonly result?: Members;
  readonly error?: { readonly message: string };
  readonly sessionId?: string;
}

/** The connection to one browser. It ends when the browser does. */
export class DevTools implements DevToolsSession {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #listeners = new Map<string, (members: Members) => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(String(data))));
  }

  static async connect(url: string): Promise<DevTools> {
    const socket = new WebSocket(url);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve());
      socket.addEventListener("error", () => reject(new Error(`nobody listens at ${url}`)));
    });
    return new DevTools(socket);
  }

  send(method: string, parameters: Members = {}): Promise<Members> {
    return this.#send(method, parameters, undefined);
  }

  on(event: string, listener: (members: Members) => void): void {
    this.#listeners.set(` ${event}`, listener);
  }

  /** One tab that the browser is attached to. */
  session(sessionId: string): DevToolsSession {
    return {
      send: (method, parameters = {}) => this.#send(method, parameters, sessionId),
      on: (event, listener) => void this.#listeners.set(`${sessionId} ${event}`, listener),
    };
  }

  #send(method: string, params: Members, sessionId: string | undefined): Promise<Members> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, ({ result = {}, error }) => {
        if (error === undefined) {
          resolve(result);
        } else {
          reject(new Error(`${method}: ${error.message}`));
        }
      });
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  }

  #take(message: Message): void {
    const { id, method, params = {}, sessionId = "" } = message;
    if (id === undefined) {
      this.#listeners.get(`${sessionId} ${method}`)?.(params);
    } else {
      this.#answers.get(id)?.(message);
      this.#answers.delete(id);
    }
  }
}
