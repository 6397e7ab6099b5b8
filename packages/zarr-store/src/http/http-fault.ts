export interface HttpFaultDetails {
  /** The status, or what happened to the connection. */
  readonly found: number | string;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** What may be gone at the next attempt: a busy server, a connection that broke, a body that was cut short. */
export class HttpFault extends Error {
  override readonly name = "HttpFault";
  readonly found: number | string;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { found, retryAfterMs, cause }: HttpFaultDetails) {
    super(message, { cause });
    this.found = found;
    this.retryAfterMs = retryAfterMs;
  }
}
