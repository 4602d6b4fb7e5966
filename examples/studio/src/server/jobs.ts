/**
 * Jobs. What pays for one is a hold that the person's own page made; the studio looks at it, runs the work in a thread,
 * and then captures the hold with its own key, or releases it. The record says what is to become of the hold before
 * anybody is asked to do it, so that a crash at any point is completed at the next start: work that was under way is
 * over and its hold is released, work that was done is captured.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, DrawdownApiError } from '@drawdown/client';
import type { Script } from '../script/script.ts';
import type { Job, JobFailure, JobRequest } from '../wire.ts';
import { Payments } from './payments.ts';
import type { Projects } from './projects.ts';
import { Records, writeWhole } from './records.ts';
import { Refusal } from './refusal.ts';
import { Ended, type Running, type Threads, TooSlow } from './threads.ts';
import type { Result, Task } from './work.ts';

interface Kept extends Omit<Job, 'progress'> {
  readonly account: string;
  readonly hold: string | null;
  /** Whether the hold is closed as `state` says, or there is none. */
  readonly settled: boolean;
  readonly script: Script | null;
}

export interface JobsOptions {
  readonly client: Client;
  readonly directory: string;
  readonly projects: Projects;
  readonly threads: Threads;
}

/** Of one person at a time: more would only wait for each other while their holds run out. */
const MOST_RUNNING = 4;
/** Of a project; older ones go, with their files. */
const MOST_KEPT = 24;
/** Until the server is asked again that did not answer. */
const AGAIN_MS = 5_000;

export class Jobs {
  readonly #options: JobsOptions;
  readonly #records: Records<Kept>;
  readonly #payments: Payments;
  readonly #running = new Map<string, Running>();
  readonly #beginning = new Map<string, Promise<Kept>>();
  readonly #ending = new Set<Promise<void>>();
  readonly #failNext = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: JobsOptions, records: Records<Kept>) {
    this.#options = options;
    this.#records = records;
    this.#payments = new Payments(options.client);
  }

  static async open(options: JobsOptions): Promise<Jobs> {
    await mkdir(join(options.directory, 'files'), { recursive: true });
    return new Jobs(options, await Records.open<Kept>(join(options.directory, 'jobs')));
  }

  /** Completes what an earlier process left. */
  async start(): Promise<void> {
    for (const job of this.#records.all()) {
      if (job.state === 'running') await this.#put({ ...job, ...over('failed', 'interrupted') });
    }
    await this.#settleAll();
    this.#timer = setInterval(() => void this.#settleAll(), AGAIN_MS);
    this.#timer.unref();
  }

  /** Ends what runs; nobody is charged for it. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const job of this.#records.all()) {
      if (job.state !== 'running') continue;
      await this.#put({ ...job, ...over('failed', 'interrupted') });
      this.#running.get(job.id)?.end();
    }
    await Promise.all(this.#ending);
    await this.#settleAll();
  }

  /** Begins it, once for each hold or click: asked again, it answers the same job. */
  async begin(person: { account: string; project: string }, request: JobRequest): Promise<Job> {
    const wish = 'hold' in request ? request.hold : request.click;
    const id = `job_${createHash('sha256').update(`${person.account}\0${wish}`).digest('hex').slice(0, 32)}`;
    const known = this.#records.get(id) ?? (await this.#beginning.get(id));
    if (known !== undefined && known !== null) return this.#shown(sameWish(known, person.project, request));
    const beginning = this.#begin({ ...person, id }, request);
    this.#beginning.set(id, beginning);
    try {
      return this.#shown(await beginning);
    } finally {
      this.#beginning.delete(id);
    }
  }

  async #begin(
    { account, project, id }: { account: string; project: string; id: string },
    request: JobRequest,
  ): Promise<Kept> {
    const hold = await this.#payments.of(account, request);
    const task = await this.#taskOf({ account, project, id }, request.settings).catch(
      async (error: unknown) => {
        // Nothing runs for it: what was set apart goes back at once, not at its time-out.
        if (hold !== null) await this.#payments.release(hold.id, { job: id, reason: 'not begun' });
        throw error;
      },
    );
    const job: Kept = {
      id,
      account,
      project,
      settings: request.settings,
      state: 'running',
      hold: hold?.id ?? null,
      held: hold?.amount ?? 0,
      settled: false,
      receipt: null,
      failure: null,
      file: null,
      script: null,
      created_at: new Date().toISOString(),
      ended_at: null,
    };
    await this.#put(job);
    const running = this.#options.threads.run(task, { fail: this.#failNext.delete(account) });
    this.#running.set(id, running);
    const ending = this.#follow(job, running).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    return job;
  }

  async #taskOf(
    { account, project, id }: { account: string; project: string; id: string },
    settings: JobRequest['settings'],
  ): Promise<Task> {
    const { title, picture } = this.#options.projects.get(account, project);
    const running = this.#records.all().filter((one) => one.account === account && one.state === 'running');
    if (running.length >= MOST_RUNNING) {
      throw new Refusal(409, 'too_many_jobs', `${MOST_RUNNING} jobs are running already`);
    }
    if (settings.tool === 'script') return { kind: 'script', wish: { ...settings, seed: id } };
    if (settings.tool === 'cutout') return { ...settings, kind: 'cutout' };
    const cutout = await this.#options.projects.cutout(account, project);
    if (cutout === null && settings.template === 'spotlight') {
      throw new Refusal(409, 'needs_cutout', 'This template needs a subject that is cut out');
    }
    return { kind: 'export', picture, cutout, title, wish: settings };
  }

  async #follow(job: Kept, { result }: Running): Promise<void> {
    const outcome = await result.then(
      (made) => ({ made }),
      (error: unknown) => ({ error }),
    );
    this.#running.delete(job.id);
    const now = this.#records.get(job.id);
    // Cancelled or stopped meanwhile: that was written down before the thread was told. With its project it is gone.
    if (now?.state === 'running') {
      if ('made' in outcome) await this.#keep(job.id, outcome.made);
      else await this.#put({ ...now, ...over('failed', failureOf(outcome.error)) });
    }
    await this.#settle(job.id);
  }

  async #keep(id: string, { type, bytes, script }: Result): Promise<void> {
    await writeWhole(this.#path(id), bytes);
    // Read again: while the file was written, it may have been cancelled.
    const job = this.#records.get(id);
    if (job?.state !== 'running') return await rm(this.#path(id), { force: true });
    const file = { name: `${job.settings.tool}.${ENDINGS[type]}`, type, bytes: bytes.length };
    await this.#put({ ...job, ...over('done', null), script: script ?? null, file });
  }

  get(account: string, id: string): Job {
    return this.#shown(this.#own(account, id));
  }

  /** Newest first. */
  of(project: string): Job[] {
    return this.#of(project).map((job) => this.#shown(job));
  }

  /** Ends it where it runs; afterwards it is as it is. */
  async cancel(account: string, id: string): Promise<Job> {
    const job = this.#own(account, id);
    if (job.state === 'running') await this.#cancel(job);
    return this.get(account, id);
  }

  /** Of a project that was deleted: what runs is cancelled, and each goes with its file once its hold is closed. */
  async leave(project: string): Promise<void> {
    for (const job of this.#of(project)) if (job.state === 'running') await this.#cancel(job);
    await this.#prune(project);
  }

  async #cancel(job: Kept): Promise<void> {
    await this.#put({ ...job, ...over('cancelled', null) });
    this.#running.get(job.id)?.end();
    await this.#settle(job.id);
  }

  async file(account: string, id: string): Promise<{ type: string; bytes: Uint8Array }> {
    const { file, settled } = this.#own(account, id);
    if (file === null || !settled) throw new Refusal(404, 'file_not_found', 'There is no file yet');
    return { type: file.type, bytes: await readFile(this.#path(id)) };
  }

  failNext(account: string): boolean {
    return this.#failNext.has(account);
  }

  setFailNext(account: string, fail: boolean): void {
    if (fail) this.#failNext.add(account);
    else this.#failNext.delete(account);
  }

  async #settleAll(): Promise<void> {
    for (const { id, state, settled } of this.#records.all()) {
      if (!settled && state !== 'running') await this.#settle(id);
    }
  }

  /** Closes the hold as the job ended. Where the server does not answer, the job stays open and is asked for again. */
  async #settle(id: string): Promise<void> {
    const job = this.#records.get(id);
    if (job === null || job.settled || job.state === 'running') return;
    try {
      if (job.state === 'done') await this.#charge(job);
      else {
        if (job.hold !== null) {
          const reason = job.state === 'cancelled' ? 'cancelled' : `failed: ${job.failure ?? 'unknown'}`;
          await this.#payments.release(job.hold, { job: id, reason });
        }
        await this.#put({ ...job, settled: true });
      }
      await this.#prune(job.project);
    } catch (error) {
      if (!(error instanceof DrawdownApiError) || error.status >= 500 || error.status === 429) return;
      // A refusal stays one: what cannot be charged is not delivered either.
      await this.#put({ ...job, ...over('failed', 'broken'), file: null, settled: true });
    }
  }

  async #charge(job: Kept): Promise<void> {
    const { projects } = this.#options;
    const receipt = job.hold === null ? null : await this.#payments.capture(job.hold, { job: job.id });
    if (receipt === 'closed') {
      await rm(this.#path(job.id), { force: true });
      await this.#put({ ...job, ...over('failed', 'too_slow'), file: null, settled: true });
      return;
    }
    const { settings, script } = job;
    if (script !== null) await projects.apply(job.project, { script });
    if (settings.tool === 'cutout') {
      const cutout = await readFile(this.#path(job.id));
      await projects.apply(job.project, { cutout, picture: settings.picture });
    }
    await this.#put({ ...job, receipt, settled: true });
  }

  async #prune(project: string): Promise<void> {
    const most = this.#options.projects.has(project) ? MOST_KEPT : 0;
    for (const { id, settled } of this.#of(project).slice(most)) {
      if (!settled) continue;
      await this.#records.delete(id);
      await rm(this.#path(id), { force: true });
    }
  }

  #of(project: string): Kept[] {
    return this.#records
      .all()
      .filter((one) => one.project === project)
      .sort((a, b) => b.created_at.localeCompare(a.created_at));
  }

  #own(account: string, id: string): Kept {
    const job = this.#records.get(id);
    if (job !== null && job.account === account) return job;
    throw new Refusal(404, 'job_not_found', 'There is no such job');
  }

  #path(id: string): string {
    return join(this.#options.directory, 'files', id);
  }

  async #put(job: Kept): Promise<void> {
    await this.#records.put(job);
  }

  /** A job is over for people when its hold is closed: until then nobody can say what it cost. */
  #shown({ account: _a, hold: _h, script: _s, settled, ...job }: Kept): Job {
    const progress = this.#running.get(job.id)?.progress() ?? (job.state === 'running' ? 0 : 1);
    if (settled) return { ...job, progress };
    return { ...job, progress, state: 'running', file: null, ended_at: null };
  }
}

const ENDINGS = { 'text/plain': 'txt', 'image/png': 'png', 'image/gif': 'gif' } as const;

function over(state: 'done' | 'failed' | 'cancelled', failure: JobFailure | null) {
  return { state, failure, ended_at: new Date().toISOString() };
}

function failureOf(error: unknown): JobFailure {
  if (error instanceof Ended) return 'interrupted';
  if (error instanceof TooSlow) return 'too_slow';
  const name = error instanceof Error ? error.name : '';
  if (name === 'BrokenOnRequest') return 'on_request';
  return name === 'NoSubject' ? 'no_subject' : 'broken';
}

function sameWish(job: Kept, project: string, { settings }: JobRequest): Kept {
  const isSame = job.project === project && JSON.stringify(job.settings) === JSON.stringify(settings);
  if (isSame) return job;
  throw new Refusal(409, 'job_reused', 'The hold or click belongs to another job');
}
