/**
 * One project as it is now: read again at each entry of the person's ledger, whichever surface caused it, and often while
 * a job runs. What is typed shows at once and is saved when the hand rests; offline it is kept until it can be.
 */
import type { Job, JobSettings, Project, ProjectChange, ProjectView } from '@drawdown/studio/wire';
import { type StudioApi, StudioRefusal } from './api.ts';

export interface ProjectState {
  /** Null before the first answer. */
  readonly view: ProjectView | null;
  /** What kept the last reading or saving from an answer. */
  readonly error: unknown;
  /** Something is typed and not saved yet. */
  readonly unsaved: boolean;
  /** Where it was deleted; null: it is there. */
  readonly gone: 'here' | 'elsewhere' | null;
}

/** Hands rest this long between two words. */
const REST_MS = 400;
const WHILE_RUNNING_MS = 250;
const AGAIN_MS = 4_000;
/** Credits are set apart before the job begins that they are for. */
const BEGUN_MS = 100;

export class LiveProject {
  readonly id: string;
  readonly #api: StudioApi;
  readonly #listeners = new Set<() => void>();
  #state: ProjectState;
  #served: ProjectView | null = null;
  #unsaved: ProjectChange;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  #pollTimer: ReturnType<typeof setTimeout> | undefined;
  #begunTimer: ReturnType<typeof setTimeout> | undefined;
  #reading = false;
  #readAgain = false;
  #deleting = false;
  #gone: ProjectState['gone'] = null;

  /** `kept`: how it was when this device last saw it, with what was typed since. */
  constructor(api: StudioApi, id: string, kept?: { view: ProjectView; unsaved: ProjectChange }) {
    this.#api = api;
    this.id = id;
    this.#served = kept?.view ?? null;
    this.#unsaved = kept?.unsaved ?? {};
    this.#state = this.#next(null);
    if (this.#state.unsaved) this.#saveLater();
  }

  get state(): ProjectState {
    return this.#state;
  }

  get unsaved(): ProjectChange {
    return this.#unsaved;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close(): void {
    clearTimeout(this.#pollTimer);
    clearTimeout(this.#begunTimer);
    void this.save();
  }

  /** For good, with what was made of it. What was charged stays in the ledger. */
  async delete(): Promise<void> {
    this.#deleting = true;
    clearTimeout(this.#saveTimer);
    try {
      await this.#api.delete(this.id);
    } catch (error) {
      if (!isGone(error)) {
        this.#deleting = false;
        this.#saveLater();
        throw error;
      }
    }
    this.#leave();
  }

  /** One reading at a time; what is asked for meanwhile is read once more, afterwards. */
  readonly reload = (): void => {
    if (this.#reading) this.#readAgain = true;
    else void this.#read();
  };

  /** A ledger of theirs has a new entry: read now, and once more when the job has begun that it may be for. */
  readonly heard = (): void => {
    this.reload();
    clearTimeout(this.#begunTimer);
    this.#begunTimer = setTimeout(this.reload, BEGUN_MS);
  };

  readonly change = (change: ProjectChange): void => {
    this.#unsaved = { ...this.#unsaved, ...change };
    this.#emit(this.#state.error);
    this.#saveLater();
  };

  readonly save = async (): Promise<void> => {
    clearTimeout(this.#saveTimer);
    const sent = this.#unsaved;
    if (this.#gone !== null || Object.keys(sent).length === 0) return;
    try {
      const project = await this.#api.change(this.id, sent);
      const left = Object.entries(this.#unsaved).filter(
        ([name, value]) => sent[name as keyof ProjectChange] !== value,
      );
      this.#unsaved = Object.fromEntries(left);
      this.#serve({ project });
    } catch (error) {
      if (isGone(error)) return this.#leave();
      this.#emit(error);
      if (!(error instanceof StudioRefusal)) this.#saveTimer = setTimeout(() => void this.save(), AGAIN_MS);
    }
  };

  /** Starts a job for what was held, or for nothing; a lost answer is asked for again, and is the same job. */
  async begin(settings: JobSettings, by: { hold: string } | { click: string }): Promise<Job> {
    await this.save();
    const job = await this.#patiently(() => this.#api.begin(this.id, { settings, ...by }));
    this.#serve({ jobs: [job, ...(this.#served?.jobs ?? []).filter(({ id }) => id !== job.id)] });
    this.reload();
    return job;
  }

  readonly cancel = async (job: string): Promise<void> => {
    await this.#api.cancel(job);
    this.reload();
  };

  readonly setFailNext = async (fail: boolean): Promise<void> => {
    // At once, as a switch does; what the server says counts.
    this.#serve({ fail_next: fail });
    this.#serve(await this.#api.failNext(fail));
  };

  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask();
      } catch (error) {
        if (error instanceof StudioRefusal || attempt === 4) throw error;
        await new Promise((resolve) => setTimeout(resolve, attempt * 500));
      }
    }
  }

  /** There is nothing any more to read or to save. */
  #leave(): void {
    clearTimeout(this.#pollTimer);
    clearTimeout(this.#begunTimer);
    this.#gone ??= this.#deleting ? 'here' : 'elsewhere';
    this.#emit(null);
  }

  async #read(): Promise<void> {
    if (this.#gone !== null || this.#deleting) return;
    this.#reading = true;
    clearTimeout(this.#pollTimer);
    try {
      this.#serve(await this.#api.view(this.id));
    } catch (error) {
      if (isGone(error)) this.#leave();
      else this.#emit(error);
    } finally {
      this.#reading = false;
    }
    if (this.#readAgain) {
      this.#readAgain = false;
      return this.#read();
    }
    const isBusy = this.#served?.jobs.some(({ state }) => state === 'running') ?? false;
    if (isBusy) this.#pollTimer = setTimeout(this.reload, WHILE_RUNNING_MS);
  }

  /** Answers may overtake each other: the project that was changed last counts. */
  #serve(part: Partial<ProjectView>): void {
    const before = this.#served;
    if (before === null) {
      if (part.project !== undefined && part.jobs !== undefined) this.#served = part as ProjectView;
    } else {
      const project =
        part.project === undefined || part.project.updated_at < before.project.updated_at
          ? before.project
          : part.project;
      this.#served = { ...before, ...part, project };
    }
    this.#emit(null);
  }

  #saveLater(): void {
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => void this.save(), REST_MS);
  }

  #next(error: unknown): ProjectState {
    const served = this.#served;
    const view =
      served === null ? null : { ...served, project: { ...served.project, ...this.#unsaved } as Project };
    return { view, error, unsaved: Object.keys(this.#unsaved).length > 0, gone: this.#gone };
  }

  #emit(error: unknown): void {
    this.#state = this.#next(error);
    for (const listener of this.#listeners) listener();
  }
}

function isGone(error: unknown): boolean {
  return error instanceof StudioRefusal && error.code === 'project_not_found';
}
