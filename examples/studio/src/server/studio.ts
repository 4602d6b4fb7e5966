/** The studio as a product: its routes, and what they do. */
import { Buffer } from 'node:buffer';
import type { Product, ProductAnswer, ProductHost, ProductRoute, SignedInRequest } from 'drawdown';
import type { ProjectView } from '../wire.ts';
import { Handoffs } from './handoffs.ts';
import { Jobs } from './jobs.ts';
import { Paintings } from './paintings.ts';
import { Projects } from './projects.ts';
import { codeOf, deviceCutoutOf, failNextOf, jobRequestOf, projectChangeOf, toolOf } from './read.ts';
import { Refusal } from './refusal.ts';
import { Threads, type ThreadsOptions } from './threads.ts';

/** A PNG of one of the pictures in Base64, with room to spare. */
const MAX_CUTOUT = 2_000_000;
/** A script with everything that may be in it. */
const MAX_PROJECT = 64_000;

export function createStudio(options: ThreadsOptions): Product {
  return {
    name: 'studio',
    open: async (host) => {
      const studio = await Studio.open(host, options);
      return { routes: studio.routes(), start: () => studio.start(), stop: () => studio.jobs.stop() };
    },
  };
}

class Studio {
  readonly jobs: Jobs;
  readonly #projects: Projects;
  readonly #paintings: Paintings;
  readonly #handoffs = new Handoffs({ now: Date.now });

  private constructor(parts: { jobs: Jobs; projects: Projects; paintings: Paintings }) {
    this.jobs = parts.jobs;
    this.#projects = parts.projects;
    this.#paintings = parts.paintings;
  }

  static async open({ client, directory }: ProductHost, options: ThreadsOptions): Promise<Studio> {
    const threads = new Threads(options);
    const projects = await Projects.open(directory);
    const jobs = await Jobs.open({ client, directory, projects, threads });
    return new Studio({ jobs, projects, paintings: new Paintings({ directory, threads }) });
  }

  async start(): Promise<void> {
    await this.jobs.start();
    this.#paintings.start();
  }

  routes(): ProductRoute[] {
    return [...this.#projectRoutes(), ...this.#jobRoutes(), ...this.#handoffRoutes()];
  }

  #projectRoutes(): ProductRoute[] {
    return [
      {
        method: 'GET',
        path: 'pictures/{picture}',
        session: false,
        handler: async ({ params }) => await answered(async () => await this.#picture(params.picture ?? '')),
      },
      signedIn('GET', 'projects', async ({ session }) => await this.#projects.of(session.account)),
      signedIn(
        'POST',
        'projects',
        async ({ session, body }) => await this.#projects.create(session.account, projectChangeOf(body)),
      ),
      signedIn('GET', 'projects/{project}', (request) => this.#view(request)),
      {
        ...signedIn('PUT', 'projects/{project}', async ({ session, params, body }) => {
          return await this.#projects.change(session.account, params.project ?? '', projectChangeOf(body));
        }),
        bodyLimit: MAX_PROJECT,
      },
      signedIn('DELETE', 'projects/{project}', async ({ session, params }) => {
        const deleted = await this.#projects.delete(session.account, params.project ?? '');
        await this.jobs.leave(deleted.id);
        return deleted;
      }),
      {
        ...signedIn('PUT', 'projects/{project}/cutout', async (request) => await this.#takeCutout(request)),
        bodyLimit: MAX_CUTOUT,
      },
      binary('projects/{project}/cutout', async ({ session, params }) => {
        const bytes = await this.#projects.cutout(session.account, params.project ?? '');
        if (bytes === null) throw new Refusal(404, 'file_not_found', 'Nothing was cut out yet');
        return { type: 'image/png', bytes };
      }),
    ];
  }

  #jobRoutes(): ProductRoute[] {
    return [
      signedIn('POST', 'projects/{project}/jobs', async ({ session, params, body }) => {
        const person = { account: session.account, project: params.project ?? '' };
        return await this.jobs.begin(person, jobRequestOf(body));
      }),
      signedIn('GET', 'jobs/{job}', ({ session, params }) =>
        this.jobs.get(session.account, params.job ?? ''),
      ),
      signedIn(
        'POST',
        'jobs/{job}/cancel',
        async ({ session, params }) => await this.jobs.cancel(session.account, params.job ?? ''),
      ),
      binary(
        'jobs/{job}/file',
        async ({ session, params }) => await this.jobs.file(session.account, params.job ?? ''),
      ),
      signedIn('PUT', 'setting', ({ session, body }) => {
        this.jobs.setFailNext(session.account, failNextOf(body));
        return { fail_next: this.jobs.failNext(session.account) };
      }),
    ];
  }

  #handoffRoutes(): ProductRoute[] {
    return [
      signedIn('POST', 'projects/{project}/handoffs', ({ session, params, body, origin }) => {
        const { id } = this.#projects.get(session.account, params.project ?? '');
        return this.#handoffs.make(session.account, { project: id, tool: toolOf(body), origin });
      }),
      signedIn('POST', 'handoffs', ({ session, body }) => this.#handoffs.open(session.account, codeOf(body))),
    ];
  }

  #view({ session: { account }, params }: SignedInRequest): ProjectView {
    const project = this.#projects.get(account, params.project ?? '');
    return { project, jobs: this.jobs.of(project.id), fail_next: this.jobs.failNext(account) };
  }

  /** Only where the catalog lets the device do it: elsewhere the same thing has a price. */
  async #takeCutout({ session, params, body }: SignedInRequest): Promise<unknown> {
    const { account, client } = session;
    const price = await client.quote(account, { feature: 'smart_cutout' });
    if ('quote' in price) {
      throw new Refusal(403, 'not_on_this_device', 'Here the studio cuts out, for credits');
    }
    return await this.#projects.takeCutout({ account, id: params.project ?? '' }, deviceCutoutOf(body));
  }

  async #picture(file: string): Promise<ProductAnswer> {
    const body = Buffer.from(await this.#paintings.get(file.replace(/\.png$/, '')));
    return { body, type: 'image/png', headers: { 'cache-control': 'public, max-age=86400' } };
  }
}

function signedIn(
  method: ProductRoute['method'],
  path: string,
  handle: (request: SignedInRequest) => unknown,
): ProductRoute {
  return {
    method,
    path,
    session: true,
    handler: async (request) => await answered(async () => ({ body: await handle(request) })),
  };
}

function binary(
  path: string,
  read: (request: SignedInRequest) => Promise<{ type: string; bytes: Uint8Array }>,
): ProductRoute {
  return {
    method: 'GET',
    path,
    session: true,
    handler: async (request) =>
      await answered(async () => {
        const { type, bytes } = await read(request);
        return { body: Buffer.from(bytes), type };
      }),
  };
}

async function answered(handle: () => Promise<ProductAnswer>): Promise<ProductAnswer> {
  try {
    return await handle();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, code, message } = error;
    const body = { type: 'about:blank', title: code, status, code, detail: message };
    return { status, body, type: 'application/problem+json; charset=utf-8' };
  }
}
