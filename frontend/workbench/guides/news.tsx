/** Tells whoever works on a project that it has a guide, or that it has changed since, until they read it or say no. */
import { effect, type Signal, signal } from "@preact/signals";
import { render } from "preact";
import type { Schema } from "../contract";
import type { Desk } from "../desk";
import { Button, Icon } from "../panels/parts";
import { unsigned } from "./kept";
import { sayIn } from "./words";

/** Projects whose guide is remembered. */
const MOST = 100;

/** Short, and another one for nearly every other text. */
function digestOf(text: string): string {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash.toString(36);
}

const digests = new WeakMap<Schema, string>();

/** Of the guide. Images come by the second, guides by the week. */
function digestIn(schema: Schema): string {
  const digest = digests.get(schema) ?? digestOf(unsigned(schema.guide_html));
  digests.set(schema, digest);
  return digest;
}

/** Which guide a person had last, by project and language. */
class Had {
  private readonly key: string;
  private readonly known: Map<string, string>;

  constructor({ person }: Desk["boot"]) {
    this.key = `labelmill-desk-guides-${person.id}`;
    this.known = this.read();
  }

  get(of: string): string | undefined {
    return this.known.get(of);
  }

  set(of: string, digest: string): void {
    this.known.delete(of);
    this.known.set(of, digest);
    try {
      localStorage.setItem(this.key, JSON.stringify([...this.known].slice(-MOST)));
    } catch {
      // A full disk: it is told once more.
    }
  }

  private read(): Map<string, string> {
    try {
      return new Map(JSON.parse(localStorage.getItem(this.key) ?? "[]") as [string, string][]);
    } catch {
      return new Map();
    }
  }
}

interface Told {
  readonly schema: Schema;
  readonly isFirst: boolean;
  /** It has been read, or need not be. */
  done(): void;
}

function News({ desk, told }: { desk: Desk; told: Signal<Told | null> }) {
  const news = told.value;
  if (!news || desk.dialog.value || desk.scope.value === "sheet") return null;
  const say = sayIn(desk.language);
  return (
    <div class="toast info">
      <p>{say(news.isFirst ? "first" : "changed", { name: news.schema.project_name })}</p>
      <Button chord="KeyG" onPress={() => (desk.dialog.value = "guide")}>
        {say("read")}
      </Button>
      <Button class="bare" label={desk.t("close")} onPress={news.done}>
        <Icon name="close" />
      </Button>
    </div>
  );
}

export function tellNews(desk: Desk): void {
  const { session } = desk;
  const had = new Had(desk.boot);
  const told = signal<Told | null>(null);
  effect(() => {
    // A schema that comes anew comes with the seats.
    void session.held.value;
    const { held } = session.work.value ?? {};
    const schema = held && session.schemas.get(held.schema);
    if (!schema) return void (told.value = null);
    const of = `${held.project}.${desk.language}`;
    const digest = digestIn(schema);
    const last = had.get(of);
    const done = (): void => {
      if (digest !== last) had.set(of, digest);
      told.value = null;
    };
    // Who practises has read it before the first image.
    const hasRead = last === undefined && held.practice;
    if (!schema.guide_html) told.value = null;
    else if (digest === last || hasRead || desk.dialog.value === "guide") done();
    else told.value = { schema, isFirst: last === undefined, done };
  });
  const place = document.createElement("div");
  place.className = "desk-toasts guide-news";
  place.role = "status";
  document.body.append(place);
  render(<News desk={desk} told={told} />, place);
}
