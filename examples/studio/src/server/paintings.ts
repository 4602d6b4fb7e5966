/** The shipped pictures as files: painted once, by a thread, and kept. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PICTURES } from '../pictures/pictures.ts';
import { writeWhole } from './records.ts';
import { Refusal } from './refusal.ts';
import type { Threads } from './threads.ts';

/** Changed with the programs that paint, so that what an earlier release painted is painted anew. */
const EDITION = 'first';

export class Paintings {
  readonly #directory: string;
  readonly #threads: Threads;
  readonly #files = new Map<string, Promise<Uint8Array>>();

  constructor({ directory, threads }: { directory: string; threads: Threads }) {
    this.#directory = join(directory, 'pictures', EDITION);
    this.#threads = threads;
  }

  /** Paints what is missing, so that whoever looks first does not wait. Nothing waits for it. */
  start(): void {
    for (const { id } of PICTURES) this.get(id).catch(() => undefined);
  }

  /** As PNG. Throws 404 for a picture that is not there. */
  get(id: string): Promise<Uint8Array> {
    if (!PICTURES.some((one) => one.id === id)) {
      throw new Refusal(404, 'file_not_found', 'There is no such picture');
    }
    const file = this.#files.get(id) ?? this.#read(id);
    this.#files.set(id, file);
    file.catch(() => this.#files.delete(id));
    return file;
  }

  async #read(id: string): Promise<Uint8Array> {
    const path = join(this.#directory, `${id}.png`);
    try {
      return await readFile(path);
    } catch {
      const { bytes } = await this.#threads.run({ kind: 'picture', picture: id }).result;
      await mkdir(this.#directory, { recursive: true });
      await writeWhole(path, bytes);
      return bytes;
    }
  }
}
