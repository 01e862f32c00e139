/** A guide's pictures: on the server, by the same API as scripts use, and in the text. */
import { csrfToken } from "../words";

export interface Picture {
  readonly sha256: string;
  readonly name: string;
  readonly address: string;
  readonly size: number;
  readonly url: string;
}

interface Problem {
  readonly detail?: string;
}

/** What went wrong, in the server's words; without any, only its status (0: no connection). */
export class Failed extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(detail);
  }
}

async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  const answer = await fetch(url, { ...init, headers }).catch(() => {
    throw new Failed(0, "");
  });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as Problem;
  throw new Failed(answer.status, problem.detail ?? "");
}

export const listPictures = async (url: string): Promise<Picture[]> =>
  ((await (await ask(url)).json()) as { results: Picture[] }).results;

export async function sendPicture(url: string, file: File): Promise<Picture> {
  const body = new FormData();
  body.append("file", file);
  return (await (await ask(url, { method: "POST", body })).json()) as Picture;
}

export const removePicture = async (url: string, { sha256 }: Picture): Promise<void> =>
  void (await ask(`${url}/${sha256}`, { method: "DELETE" }));

/** The Markdown of a picture; its words are what stands in its place where it cannot be seen. */
export const markdownOf = ({ name, address }: Pick<Picture, "name" | "address">): string =>
  `![${name.replace(/\.\w+$/, "").replace(/[[\]\\!`*_<>]/g, " ").trim()}](${address})`;

/** Puts the picture into the text, as a paragraph of its own, where the cursor is. Whoever writes elsewhere goes on there. */
export function insert(field: HTMLTextAreaElement, picture: Picture): void {
  const before = field.value.slice(0, field.selectionStart);
  const gap = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  field.setRangeText(`${gap}${markdownOf(picture)}\n\n`, field.selectionStart, field.selectionEnd, "end");
  if (document.activeElement?.tagName !== "TEXTAREA") field.focus();
  // The preview follows.
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
