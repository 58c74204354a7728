/** What was dropped or chosen, as what can be sent: videos and zip files as they are, other folders as one zip file. */

import { type Entry, zipped } from "./zip";

const FILM = /\.(mp4|m4v|mov|mkv|webm|avi|mpe?g|ogv|m?ts|m2ts|wmv|gif)$/i;
const NOBODYS = /(^|\/)(\.|__MACOSX\/|thumbs\.db$|desktop\.ini$)/i;

interface Found extends Entry {
  file: File;
}

export type Parcel = () => Promise<File>;

/** What a drop brought. It has to be asked for at once: afterwards the browser forgets it. */
export function dropped(data: DataTransfer | null): Promise<Parcel[]> {
  const items = [...(data?.items ?? [])].map((item) => item.webkitGetAsEntry());
  const folders = items.filter((entry) => entry?.isDirectory);
  if (!folders.length) return Promise.resolve(asTheyAre([...(data?.files ?? [])]));
  return Promise.all(
    items.map(async (entry) => {
      if (!entry) return [];
      const found = await within(entry, "");
      return entry.isDirectory ? parcelsOf(entry.name, found) : asTheyAre(found.map(({ file }) => file));
    }),
  ).then((parcels) => parcels.flat());
}

/** What was chosen: with a folder each file says where in it it lies. */
export function chosen(files: readonly File[]): Parcel[] {
  const folder = files[0]?.webkitRelativePath.split("/")[0];
  if (!folder) return asTheyAre(files);
  return parcelsOf(
    folder,
    files.map((file) => ({ path: file.webkitRelativePath, file })),
  );
}

const asTheyAre = (files: readonly File[]): Parcel[] => files.map((file) => async () => file);

/** Videos go one by one. With anything else among them, the server has to see all of it to know what it is. */
export function parcelsOf(folder: string, all: readonly Found[]): Parcel[] {
  const found = all.filter(({ path }) => !NOBODYS.test(path));
  if (!found.length) throw new Error(`${folder}: there is nothing in this folder.`);
  if (found.every(({ path }) => FILM.test(path))) return asTheyAre(found.map(({ file }) => file));
  return [async () => new File([await zipped(found)], `${folder}.zip`)];
}

async function within(entry: FileSystemEntry, above: string): Promise<Found[]> {
  const path = above + entry.name;
  if (isFile(entry)) return [{ path, file: await new Promise<File>((done, failed) => entry.file(done, failed)) }];
  const found: Found[] = [];
  for (const inner of await entriesOf(entry as FileSystemDirectoryEntry))
    found.push(...(await within(inner, `${path}/`)));
  return found;
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

/** All of them: a browser hands over a hundred at a time. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return found;
    found.push(...some);
  }
}
