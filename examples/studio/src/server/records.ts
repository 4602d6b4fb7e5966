/**
 * The studio's own small store: one JSON file for each record, in memory while it runs. A file is replaced as a whole,
 * so that a crash leaves the one before or the one after. One process owns the directory.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const ENDING = '.json';

export class Records<T extends { readonly id: string }> {
  readonly #directory: string;
  readonly #known = new Map<string, T>();
  /** One write at a time: two of one record end in their order. */
  #last: Promise<void> = Promise.resolve();

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open<T extends { readonly id: string }>(directory: string): Promise<Records<T>> {
    await mkdir(directory, { recursive: true });
    const records = new Records<T>(directory);
    for (const name of await readdir(directory)) {
      if (!name.endsWith(ENDING)) continue;
      const record = JSON.parse(await readFile(join(directory, name), 'utf8')) as T;
      records.#known.set(record.id, record);
    }
    return records;
  }

  get(id: string): T | null {
    return this.#known.get(id) ?? null;
  }

  all(): T[] {
    return [...this.#known.values()];
  }

  /** Known at once; resolves when it is on the disk. */
  async put(record: T): Promise<void> {
    this.#known.set(record.id, record);
    await this.#then(() => writeWhole(join(this.#directory, record.id + ENDING), JSON.stringify(record)));
  }

  async delete(id: string): Promise<void> {
    this.#known.delete(id);
    await this.#then(() => rm(join(this.#directory, id + ENDING), { force: true }));
  }

  #then(write: () => Promise<void>): Promise<void> {
    const written = this.#last.then(write);
    // One that failed is told to who asked for it, and holds up nobody else.
    this.#last = written.catch(() => undefined);
    return written;
  }
}

/** Replaces the file: what was there before, or all of this. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const beside = `${path}.new`;
  const file = await open(beside, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
