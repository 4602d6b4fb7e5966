/** The studio's own server, asked with the person's session. */
import type {
  Handoff,
  HandoffTarget,
  Job,
  JobRequest,
  Project,
  ProjectChange,
  ProjectView,
  Tool,
} from '@drawdown/studio/wire';
import type { PageSession } from '../shell/session.ts';

/** What the studio refused with. */
export class StudioRefusal extends Error {
  override readonly name = 'StudioRefusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, { code, detail }: { code: string; detail: string }) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export class StudioApi {
  readonly #session: PageSession;

  constructor(session: PageSession) {
    this.#session = session;
  }

  projects = () => this.#json<Project[]>('GET', 'projects');
  create = (title: string) => this.#json<Project>('POST', 'projects', { title });
  view = (project: string) => this.#json<ProjectView>('GET', `projects/${project}`);
  change = (project: string, change: ProjectChange) =>
    this.#json<Project>('PUT', `projects/${project}`, change);
  delete = (project: string) => this.#json<Project>('DELETE', `projects/${project}`);
  begin = (project: string, request: JobRequest) =>
    this.#json<Job>('POST', `projects/${project}/jobs`, request);
  cancel = (job: string) => this.#json<Job>('POST', `jobs/${job}/cancel`);
  failNext = (fail: boolean) => this.#json<{ fail_next: boolean }>('PUT', 'setting', { fail_next: fail });
  handoff = (project: string, tool: Tool) =>
    this.#json<Handoff>('POST', `projects/${project}/handoffs`, { tool });
  openHandoff = (code: string) => this.#json<HandoffTarget>('POST', 'handoffs', { code });

  /** What a job made. */
  file = async (job: string): Promise<Blob> => await (await this.#ask('GET', `jobs/${job}/file`)).blob();

  /** The subject alone. */
  cutout = async (project: string): Promise<Blob> =>
    await (await this.#ask('GET', `projects/${project}/cutout`)).blob();

  /** Hands in what this device cut out by itself. */
  keepCutout = async (
    project: string,
    { picture, png }: { picture: string; png: Blob },
  ): Promise<Project> => {
    const body = { picture, png: base64(new Uint8Array(await png.arrayBuffer())) };
    return await this.#json<Project>('PUT', `projects/${project}/cutout`, body);
  };

  async #json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await (await this.#ask(method, path, body)).json()) as T;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await this.#session.fetch(`/studio/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await this.#session.token()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    const problem = { code: 'unexpected_response', detail: `HTTP ${response.status}` };
    throw new StudioRefusal(response.status, await response.json().catch(() => problem));
  }
}

/** In pieces: a call takes only so many arguments. */
function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8_192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  }
  return btoa(text);
}
