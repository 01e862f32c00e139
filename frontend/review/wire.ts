/** One POST to the server, and what kind of answer came. */

export type Reply<T> =
  | { readonly kind: "ok"; readonly data: T }
  /** Somebody else was first, or the dispute is gone: nothing to send again. */
  | { readonly kind: "gone"; readonly detail: string }
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "signed_out" }
  | { readonly kind: "offline" };

interface Problem {
  readonly detail?: string;
  readonly where?: string;
  readonly errors?: readonly { readonly detail?: string; readonly where?: string }[];
}

const PATIENCE_MS = 20_000;

export async function post<T>(url: string, body: unknown, csrf: string, keepalive = false): Promise<Reply<T>> {
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify(body),
      redirect: "manual",
      keepalive,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    return { kind: "offline" };
  }
  if (answer.ok) return { kind: "ok", data: (await answer.json()) as T };
  if (answer.type === "opaqueredirect" || answer.status === 401) return { kind: "signed_out" };
  if (answer.status >= 500 || answer.status === 429) return { kind: "offline" };
  const problem = (await answer.json().catch(() => ({}))) as Problem;
  const first = problem.errors?.[0];
  const detail = [problem.detail, problem.where, first && `${first.where ?? ""} ${first.detail ?? ""}`.trim()].filter(Boolean).join(" ");
  return { kind: answer.status === 422 ? "refused" : "gone", detail };
}
