/** The pictures of a guide: sent by choosing, dropping or pasting them, and put into either text. */
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../icon";
import type { Translate } from "../words";
import { Failed, insert, listPictures, type Picture, removePicture, sendPicture } from "./pictures";

export class Shelf {
  readonly pictures = signal<readonly Picture[]>([]);
  /** Files on their way. */
  readonly sending = signal(0);
  readonly failed = signal<readonly string[]>([]);
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly url: string,
    private readonly t: Translate,
  ) {}

  load(): Promise<void> {
    return this.trying("", async () => {
      this.pictures.value = await listPictures(this.url);
    });
  }

  /** One after the other: the server prepares one at a time. */
  send(files: Iterable<File>, into?: HTMLTextAreaElement): Promise<void> {
    const all = [...files];
    if (this.sending.peek() === 0) this.failed.value = [];
    this.sending.value += all.length;
    for (const file of all) {
      this.last = this.last
        .then(() =>
          this.trying(file.name, async () => {
            const picture = await sendPicture(this.url, file);
            this.pictures.value = [picture, ...this.pictures.peek().filter(({ sha256 }) => sha256 !== picture.sha256)];
            if (into) insert(into, picture);
          }),
        )
        .finally(() => this.sending.value--);
    }
    return this.last;
  }

  remove(picture: Picture): Promise<void> {
    this.failed.value = [];
    return this.trying(picture.name, async () => {
      await removePicture(this.url, picture);
      this.pictures.value = this.pictures.peek().filter((one) => one !== picture);
    });
  }

  private async trying(name: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const { status, detail } = error instanceof Failed ? error : new Failed(0, "");
      const words = detail || (status ? this.t("failedServer", { status }) : this.t("noConnection"));
      this.failed.value = [...this.failed.peek(), name ? this.t("pictureFailed", { name, words }) : words];
    }
  }
}

export interface Text {
  readonly field: HTMLTextAreaElement;
  /** Of the button that puts a picture into it. */
  readonly name: "intoZh" | "intoEn";
}

/** Files that are dropped or pasted into a text are sent, and appear in it. Office puts a picture beside copied text. */
function takeInto(shelf: Shelf, { field }: Text): void {
  const take = (event: Event, data: DataTransfer | null): void => {
    if (!data || data.files.length === 0 || data.types.includes("text/plain")) return;
    event.preventDefault();
    void shelf.send(data.files, field);
  };
  field.addEventListener("drop", (event) => take(event, event.dataTransfer));
  field.addEventListener("paste", (event) => take(event, event.clipboardData));
}

function Card({ shelf, picture, texts, t }: { shelf: Shelf; picture: Picture; texts: readonly Text[]; t: Translate }) {
  return (
    <li class="thumb">
      <div class="picture"><img src={picture.url} alt="" loading="lazy" /></div>
      <div class="words">
        <span class="clip" title={picture.name}>{picture.name}</span>
        <span class="faint">{(picture.size / 1024).toFixed(0)} KB</span>
        <div class="row">
          {texts.map(({ field, name }) => (
            <button type="button" class="button" key={name} aria-label={t("insertPicture", { name: picture.name, text: t(name) })} onClick={() => insert(field, picture)}>
              <Icon name="plus" />{t(name)}
            </button>
          ))}
          <button type="button" class="button bare" aria-label={t("removePicture", { name: picture.name })} onClick={() => void shelf.remove(picture)}><Icon name="trash" /></button>
        </div>
      </div>
    </li>
  );
}

export function Panel({ shelf, texts, t }: { shelf: Shelf; texts: readonly Text[]; t: Translate }) {
  const [over, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  useEffect(() => {
    void shelf.load();
    for (const text of texts) takeInto(shelf, text);
  }, []);
  const { pictures, sending, failed } = shelf;
  return (
    <>
      <div
        class={over ? "dropzone low over" : "dropzone low"}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); void shelf.send(event.dataTransfer?.files ?? []); }}
      >
        <p class="soft">{t("picturesHelp")}</p>
        <button type="button" class="button" onClick={() => files.current?.click()}><Icon name="image" />{t("choosePictures")}</button>
        <input ref={files} class="visually-hidden" tabIndex={-1} type="file" accept="image/*" multiple aria-label={t("choosePictures")} onChange={({ currentTarget: input }) => { void shelf.send(input.files ?? []); input.value = ""; }} />
        {sending.value > 0 && <p role="status"><span class="spinner" /> {t("picturesSending", { n: sending.value })}</p>}
      </div>
      <div role="alert">{failed.value.map((words) => <p key={words} class="error">{words}</p>)}</div>
      {pictures.value.length > 0 && <ul class="thumbs roomy">{pictures.value.map((picture) => <Card key={picture.sha256} shelf={shelf} picture={picture} texts={texts} t={t} />)}</ul>}
    </>
  );
}
