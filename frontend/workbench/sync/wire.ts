/** The only place that speaks HTTP. Every failure is one of four named kinds. */
import type { Answers, Boot, SyncRequest, SyncResponse } from "../contract";
import type { Report } from "./db";

export type Failure = "offline" | "signed_out" | "other_person" | "broken";

export class WireError extends Error {
  constructor(readonly kind: Failure) {
    super(kind);
  }
}

export interface Wire {
  sync(request: SyncRequest): Promise<SyncResponse>;
  /** The last answers that may still be corrected, as the server has them. */
  answers(): Promise<Answers>;
  report(report: Report): Promise<void>;
}

/** Patience, and more of it for a large body: the slowest line worth waiting for carries 10 KB a second. */
const TIMEOUT_MS = 30_000;
const BYTES_PER_MS = 10;

/** Signing in rotates the token; the cookie, where it is readable, is newer than the page. */
export function csrfToken(boot: Boot): string {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? boot.csrf;
}

function failureOf(status: number): Failure {
  if (status === 401 || status === 403) return "signed_out";
  if (status === 409) return "other_person";
  return status >= 500 || status === 429 || status === 408 ? "offline" : "broken";
}

export class HttpWire implements Wire {
  constructor(private readonly boot: Boot) {}

  async sync(request: SyncRequest): Promise<SyncResponse> {
    return (await this.read(await this.post(this.boot.urls.sync, request))) as SyncResponse;
  }

  async answers(): Promise<Answers> {
    return (await this.read(await this.send(this.boot.urls.answers))) as Answers;
  }

  async report(report: Report): Promise<void> {
    await this.post(this.boot.urls.report, report);
  }

  private post(url: string, body: unknown): Promise<Response> {
    const text = JSON.stringify(body);
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken(this.boot) };
    return this.send(url, { method: "POST", headers, body: text }, text.length);
  }

  private async read(response: Response): Promise<unknown> {
    try {
      return await response.json();
    } catch {
      // A line that broke in the middle of the body, or a captive portal's page.
      throw new WireError("offline");
    }
  }

  private async send(url: string, init: RequestInit = {}, bytes = 0): Promise<Response> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS + bytes / BYTES_PER_MS);
    let response: Response;
    try {
      response = await fetch(url, { ...init, credentials: "same-origin", redirect: "manual", signal: abort.signal });
    } catch {
      throw new WireError("offline");
    } finally {
      clearTimeout(timer);
    }
    if (response.type === "opaqueredirect") throw new WireError("signed_out");
    if (!response.ok) throw new WireError(failureOf(response.status));
    return response;
  }
}
