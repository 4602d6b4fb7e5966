/** Projects: each is one person's, and nobody else's are there. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PICTURE_HEIGHT, PICTURE_WIDTH } from '../pictures/pictures.ts';
import type { Script } from '../script/script.ts';
import type { Project, ProjectChange } from '../wire.ts';
import { Records, writeWhole } from './records.ts';
import { Refusal } from './refusal.ts';
import { pictureOf } from './work.ts';

interface Kept extends Project {
  readonly account: string;
}

const MOST = 50;
const FIRST = {
  title: 'Spring film',
  picture: 'lighthouse',
  brief: {
    prompt: 'A day at the lighthouse, with the first boat and the last ferry',
    tone: 'friendly',
    seconds: 30,
  },
} as const;

export class Projects {
  readonly #records: Records<Kept>;
  readonly #files: string;

  private constructor(records: Records<Kept>, files: string) {
    this.#records = records;
    this.#files = files;
  }

  static async open(directory: string): Promise<Projects> {
    const files = join(directory, 'cutouts');
    await mkdir(files, { recursive: true });
    return new Projects(await Records.open<Kept>(join(directory, 'projects')), files);
  }

  /** Newest first; whoever has none gets one to begin with. */
  async of(account: string): Promise<Project[]> {
    const own = this.#of(account);
    if (own.length === 0) own.push(await this.#make(account, FIRST));
    return own.sort((a, b) => b.created_at.localeCompare(a.created_at)).map(shown);
  }

  async create(account: string, { title = 'Untitled' }: ProjectChange): Promise<Project> {
    if (this.#of(account).length >= MOST) {
      throw new Refusal(409, 'too_many_projects', `There are ${MOST} projects already`);
    }
    return shown(await this.#make(account, { ...FIRST, title, brief: { ...FIRST.brief, prompt: '' } }));
  }

  has(id: string): boolean {
    return this.#records.get(id) !== null;
  }

  /** Throws 404 for one of somebody else, as for one that is not there. */
  get(account: string, id: string): Project {
    return shown(this.#own(account, id));
  }

  async change(account: string, id: string, change: ProjectChange): Promise<Project> {
    return shown(await this.#put(this.#own(account, id), change));
  }

  /** With what was cut out of it. */
  async delete(account: string, id: string): Promise<Project> {
    const project = this.#own(account, id);
    await this.#records.delete(id);
    await rm(this.#cutoutFile(id), { force: true });
    return shown(project);
  }

  /** What a job made. The project may be gone by then, which is nobody's fault. */
  async apply(id: string, made: { script: Script } | { cutout: Uint8Array; picture: string }): Promise<void> {
    const project = this.#records.get(id);
    if (project === null) return;
    if ('script' in made) await this.#put(project, { script: made.script });
    else await this.#keepCutout(project, { by: 'studio', picture: made.picture, png: made.cutout });
  }

  /** What the person's own device cut out: it must be of the picture's size, or nothing can be made of it. */
  async takeCutout(
    { account, id }: { account: string; id: string },
    { picture, png }: { picture: string; png: Uint8Array },
  ): Promise<Project> {
    const project = this.#own(account, id);
    if (!isCutout(png)) {
      const size = `${PICTURE_WIDTH} × ${PICTURE_HEIGHT}`;
      throw new Refusal(400, 'invalid_request', `png must be a PNG of ${size} pixels with an alpha channel`);
    }
    const kept = await this.#keepCutout(project, { by: 'device', picture, png });
    return shown(kept ?? this.#own(account, id));
  }

  /** The subject alone, as PNG; null where nothing was cut out of the picture that the project has now. */
  async cutout(account: string, id: string): Promise<Uint8Array | null> {
    const { cutout, picture } = this.#own(account, id);
    if (cutout === null || cutout.picture !== picture) return null;
    return await readFile(this.#cutoutFile(id));
  }

  async #keepCutout(
    project: Kept,
    { by, picture, png }: { by: 'studio' | 'device'; picture: string; png: Uint8Array },
  ): Promise<Kept | null> {
    await writeWhole(this.#cutoutFile(project.id), png);
    // Read again: while the file was written, the person went on typing, or deleted it all.
    const now = this.#records.get(project.id);
    if (now === null) {
      await rm(this.#cutoutFile(project.id), { force: true });
      return null;
    }
    return await this.#put(now, { cutout: { by, picture, at: new Date().toISOString() } });
  }

  #cutoutFile(id: string): string {
    return join(this.#files, `${id}.png`);
  }

  #of(account: string): Kept[] {
    return this.#records.all().filter((one) => one.account === account);
  }

  #own(account: string, id: string): Kept {
    const project = this.#records.get(id);
    if (project !== null && project.account === account) return project;
    throw new Refusal(404, 'project_not_found', 'There is no such project');
  }

  async #make(account: string, project: Pick<Project, 'title' | 'picture' | 'brief'>): Promise<Kept> {
    const now = new Date().toISOString();
    const id = `prj_${randomUUID()}`;
    return await this.#put(
      { id, account, script: null, cutout: null, created_at: now, updated_at: now, ...project },
      {},
    );
  }

  async #put(project: Kept, change: Partial<Project>): Promise<Kept> {
    const changed = { ...project, ...change, updated_at: new Date().toISOString() };
    await this.#records.put(changed);
    return changed;
  }
}

function shown({ account: _, ...project }: Kept): Project {
  return project;
}

/** Where a PNG says how large it is. */
const WIDTH_AT = 16;
const HEIGHT_AT = 20;

/** The size is looked at first: a small file may unfold to more than there is memory. */
function isCutout(png: Uint8Array): boolean {
  const head = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (head.byteLength < HEIGHT_AT + 4) return false;
  if (head.getUint32(WIDTH_AT) !== PICTURE_WIDTH || head.getUint32(HEIGHT_AT) !== PICTURE_HEIGHT)
    return false;
  try {
    const { width, height } = pictureOf(png);
    return width === PICTURE_WIDTH && height === PICTURE_HEIGHT;
  } catch {
    return false;
  }
}
