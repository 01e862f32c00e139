// From what somebody dropped or chose to a list of files, each named by its path inside the folder.
export interface Found { readonly name: string; readonly file: File }
export interface Sorted { readonly images: Found[]; readonly archives: Found[]; readonly others: string[] }

const IMAGE = /\.(jpe?g|png|webp|tiff?|bmp|gif|avif)$/i;
const ARCHIVE = /\.(zip|tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz))$/i;
// What systems leave in folders; nobody wants to read of them.
const LITTER = /(^|\/)(\.[^/]*|Thumbs\.db|desktop\.ini|__MACOSX\/.*)$/i;

export function sort(found: readonly Found[]): Sorted {
  const sorted: Sorted = { images: [], archives: [], others: [] };
  for (const one of found) {
    if (LITTER.test(one.name)) continue;
    if (ARCHIVE.test(one.name)) sorted.archives.push(one);
    // A file without an ending may well be an image: the server looks inside.
    else if (IMAGE.test(one.name) || !/\.[a-z0-9]{1,5}$/i.test(one.name)) sorted.images.push(one);
    else sorted.others.push(one.name);
  }
  return sorted;
}

export function fromChooser(files: FileList): Found[] {
  return [...files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
}

/** Walks dropped folders; `tell` hears how many files were found so far. */
export async function fromDrop(data: DataTransfer, tell: (count: number) => void): Promise<Found[]> {
  // The entries must be taken before the first await: the list is emptied after the event.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (!entries.length) return fromChooser(data.files);
  const found: Found[] = [];
  for (const entry of entries) await walk(entry, "", found, tell);
  return found;
}

async function walk(entry: FileSystemEntry, above: string, found: Found[], tell: (count: number) => void): Promise<void> {
  const name = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail));
    found.push({ name, file });
    if (found.length % 100 === 0) tell(found.length);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A folder is read in portions; an empty one is the end.
    const part = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (!part.length) return;
    for (const one of part) await walk(one, `${name}/`, found, tell);
  }
}
