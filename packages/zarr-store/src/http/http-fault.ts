// The error for a fault that may pass, after which a request is retried.

export interface HttpFaultDetails {
  /** The HTTP status, or what happened to the connection. */
  readonly found: number | string;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** A fault that may be gone at the next attempt: a busy server, a broken connection, a body that was cut short. */
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
