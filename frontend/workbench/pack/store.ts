/** The images of a pack, in a database of their own in the browser: one a person. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

/** What was taken along. */
export interface PackRow {
  /** Images asked for; fewer may have come. */
  size: number;
  /** Null: of whatever projects the queue chose. */
  project: number | null;
  /** Asked for, and the answer is not here yet. */
  asking: boolean;
  seats: readonly number[];
  /** When the first of the leases ends, ISO; null before they are here. */
  until: string | null;
}

interface PackSchema extends DBSchema {
  pack: { key: "pack"; value: PackRow };
  images: { key: string; value: Blob };
}

type PackDb = IDBPDatabase<PackSchema>;

/** An image under whatever address: the part of the address that stays when it is signed anew. */
export function imageKey(url: string): string {
  const token = url.split("/")[2] ?? url;
  return token.replace(/-\d+~[^~]*$/, "");
}

export class PackStore {
  private readonly db: Promise<PackDb>;
  /** What is here, so that an image that is not costs no look-up. */
  private keys = new Set<string>();
  private readonly known: Promise<void>;

  constructor(person: number) {
    this.db = openDB<PackSchema>(`labelmill-pack-${person}`, 1, {
      upgrade(db) {
        db.createObjectStore("pack");
        db.createObjectStore("images");
      },
    });
    this.known = this.db.then(async (db) => void (this.keys = new Set(await db.getAllKeys("images"))));
    // Whoever asks for something hears of it.
    this.known.catch(() => {});
  }

  async load(): Promise<PackRow | null> {
    await this.known;
    return (await (await this.db).get("pack", "pack")) ?? null;
  }

  has(url: string): boolean {
    return this.keys.has(imageKey(url));
  }

  async keep(row: PackRow | null): Promise<void> {
    const db = await this.db;
    await (row ? db.put("pack", row, "pack") : db.delete("pack", "pack"));
  }

  async put(url: string, image: Blob): Promise<void> {
    await (await this.db).put("images", image, imageKey(url));
    this.keys.add(imageKey(url));
  }

  /** Asked for as soon as the page opens: waits until it is known what is here. */
  async image(url: string): Promise<Blob | null> {
    await this.known;
    if (!this.has(url)) return null;
    return (await (await this.db).get("images", imageKey(url))) ?? null;
  }

  /** Drops all images but these. */
  async only(urls: Iterable<string>): Promise<void> {
    const wanted = new Set([...urls].map(imageKey));
    const gone = [...this.keys].filter((key) => !wanted.has(key));
    if (gone.length === 0) return;
    for (const key of gone) this.keys.delete(key);
    const db = await this.db;
    await Promise.all(gone.map((key) => db.delete("images", key)));
  }
}
