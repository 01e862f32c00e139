/** The only place that speaks HTTP. Every failure is one of four named kinds. */
import type { Answers, Boot, SyncRequest, SyncResponse } from "../contract";
import type { Report } from "./db";
import { fetchAll } from "./patience";

export type Failure = "offline" | "signed_out" | "other_person" | "broken";

export class WireError extends Error {
  /** @param status of the server's answer, if there was one. */
  constructor(
    readonly kind: Failure,
    readonly status = 0,
  ) {
    super(kind);
  }
}

export interface Wire {
  sync(request: SyncRequest): Promise<SyncResponse>;
  /** The last answers that may still be corrected, as the server has them. */
  answers(): Promise<Answers>;
  report(report: Report): Promise<void>;
}

/** Signing in rotates the token; the cookie, where it is readable, is newer than the page. */
export function csrfToken(boot: Boot): string {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? boot.csrf;
}

const offline = (): never => {
  throw new WireError("offline");
};

function failureOf(status: number): Failure {
  // A redirect, which the browser shows as 0, leads to the sign-in.
  if (status < 400 || status === 401 || status === 403) return "signed_out";
  if (status === 409) return "other_person";
  return status >= 500 || status === 429 || status === 408 ? "offline" : "broken";
}

export class HttpWire implements Wire {
  /** @param patienceMs how long a line may carry nothing. */
  constructor(
    private readonly boot: Boot,
    private readonly patienceMs?: number,
  ) {}

  async sync(request: SyncRequest): Promise<SyncResponse> {
    return this.read(await this.post(this.boot.urls.sync, request), "tasks");
  }

  async answers(): Promise<Answers> {
    return this.read(await this.send(`${this.boot.urls.answers}?person=${this.boot.person.id}`), "answers");
  }

  async report(report: Report): Promise<void> {
    await this.post(this.boot.urls.report, { ...report, person: this.boot.person.id });
  }

  private post(url: string, body: unknown): Promise<Response> {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken(this.boot) };
    return this.send(url, { method: "POST", headers, body: JSON.stringify(body) });
  }

  /** @param list that every such answer of ours has. */
  private async read<Answer>(response: Response, list: keyof Answer): Promise<Answer> {
    // No JSON: a captive portal's page.
    const answer = (await response.json().catch(offline)) as Answer | null;
    if (!Array.isArray(answer?.[list])) throw new WireError("broken");
    return answer;
  }

  private async send(url: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetchAll(url, init, this.patienceMs).catch(offline);
    if (!response.ok) throw new WireError(failureOf(response.status), response.status);
    return response;
  }
}
