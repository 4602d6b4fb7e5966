/** The studio's jobs against a real server: what is charged, what is not, and what a crash leaves. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type HoldReceipt, type Surface } from '@drawdown/client';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readCatalog } from '../../../packages/engine/src/catalog/load.ts';
import { shippedCatalog } from '../../../packages/engine/src/catalog/shipped.ts';
import { Engine } from '../../../packages/engine/src/engine.ts';
import { createServer } from '../../../packages/engine/src/http/server.ts';
import { freshDatabase } from '../../../packages/engine/test/support/database.ts';
import { createStudio } from '../src/server/studio.ts';
import type { Handoff, Job, JobSettings, Project, ProjectView } from '../src/wire.ts';

const SECRET = 'sk_test_of_the_studio';
// Each job's thread compiles what it runs: on a busy machine that alone may take a while.
vi.setConfig({ testTimeout: 120_000 });
const source = (path: string): URL => new URL(path, import.meta.url);
const studio = createStudio({
  program: source('../src/server/worker.ts'),
  execArgv: ['--import', source('../../../packages/engine/test/support/run-typescript.mjs').href],
});

let engine: Engine;
let server: FastifyInstance;
let url: string;
let drop: () => Promise<void>;
let client: Client;
const home = mkdtempSync(join(tmpdir(), 'drawdown-studio-'));
const directory = join(home, 'first');

const serve = async (files: string) =>
  await createServer({ engine, secretKey: SECRET, products: [{ product: studio, directory: files }] });

beforeAll(async () => {
  const fresh = await freshDatabase();
  drop = fresh.drop;
  engine = await Engine.open({ database: fresh.database, catalog: readCatalog(shippedCatalog) });
  server = await serve(directory);
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  client = createClient({ url, token: SECRET });
});

afterAll(async () => {
  await server.close();
  await engine.close();
  await drop();
  rmSync(home, { recursive: true });
});

/** A person on a surface: their own client, and how they ask the studio. */
async function person(account: string, surface: Exclude<Surface, 'server'> = 'web') {
  const { token } = await client.createSession({ account, surface });
  const ask = async <T>(method: string, path: string, body?: unknown, at = url) => {
    const response = await fetch(`${at}/studio/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  };
  const own = createClient({ url, token });
  const [project] = (await ask<Project[]>('GET', 'projects')).body as [Project];
  const hold = async (feature: string): Promise<string> =>
    ((await own.hold(account, { feature })) as HoldReceipt).hold.id;
  const available = async (): Promise<number> => (await client.balance(account)).available;
  const begin = (settings: JobSettings, by: object) =>
    ask<Job & { code?: string }>('POST', `projects/${project.id}/jobs`, { settings, ...by });
  const ended = async (job: string): Promise<Job> =>
    await vi.waitFor(
      async () => {
        const { body } = await ask<Job>('GET', `jobs/${job}`);
        expect(body.state).not.toBe('running');
        return body;
      },
      { timeout: 60_000, interval: 30 },
    );
  return { account, token, ask, own, project, hold, available, begin, ended };
}

async function withCredits(account: string): Promise<Awaited<ReturnType<typeof person>>> {
  await client.grant(account, { class: 'subscription', amount: 20, valid_for: 'P1M' });
  await client.grant(account, { class: 'promotional', amount: 15, valid_for: 'P30D' });
  await client.grant(account, { class: 'purchased', amount: 100 });
  return await person(account);
}

const SCRIPT: JobSettings = { tool: 'script', prompt: 'A small café', tone: 'friendly', seconds: 30 };
const CUTOUT: JobSettings = {
  tool: 'cutout',
  picture: 'lighthouse',
  rectangle: { x: 413, y: 38, width: 172, height: 480 },
};
const FREE: JobSettings = {
  tool: 'export',
  template: 'plain',
  format: 'png',
  resolution: '720p',
  seconds: 1,
};

describe('a job', () => {
  it('holds, runs and charges what it was held for, once, with the lots that paid', async () => {
    const maya = await withCredits('u_charged');
    const hold = await maya.hold('ai_script');
    expect(await maya.available()).toBe(110);
    const [one, again] = await Promise.all([maya.begin(SCRIPT, { hold }), maya.begin(SCRIPT, { hold })]);
    expect(again.body.id).toBe(one.body.id);
    const job = await maya.ended(one.body.id);
    expect(job).toMatchObject({ state: 'done', held: 25, receipt: { amount: 25, available: 110 } });
    expect(job.receipt?.draws.map((draw) => [draw.class, draw.amount])).toEqual([
      ['subscription', 20],
      ['promotional', 5],
    ]);
    const { body } = await maya.ask<ProjectView>('GET', `projects/${maya.project.id}`);
    expect(body.project.script?.scenes.length).toBe(5);
    expect((await client.balance(maya.account)).held).toBe(0);
    expect((await maya.begin({ ...SCRIPT, seconds: 60 }, { hold })).body.code).toBe('job_reused');
  });

  it('that fails, or is cancelled, costs nothing', async () => {
    const maya = await withCredits('u_failed');
    await maya.ask('PUT', 'setting', { fail_next: true });
    const failing = await maya.begin(CUTOUT, { hold: await maya.hold('smart_cutout') });
    expect(await maya.ended(failing.body.id)).toMatchObject({
      state: 'failed',
      failure: 'on_request',
      receipt: null,
    });
    const cancelled = await maya.begin(CUTOUT, { hold: await maya.hold('smart_cutout') });
    await maya.ask('POST', `jobs/${cancelled.body.id}/cancel`);
    expect(await maya.ended(cancelled.body.id)).toMatchObject({ state: 'cancelled', receipt: null });
    expect(await client.balance(maya.account)).toMatchObject({ available: 135, held: 0 });
    const entries = (await client.entries(maya.account)).data.map(({ type }) => type);
    expect(entries.filter((type) => type === 'capture')).toEqual([]);
  });

  it('is not begun for a hold that is for less, for something else, or somebody else’s', async () => {
    const maya = await withCredits('u_cheat');
    const other = await withCredits('u_other');
    const small = await maya.own.hold(maya.account, {
      feature: 'advanced_template_export',
      units: { seconds: 1, resolution: '720p' },
    });
    const dear: JobSettings = { ...FREE, template: 'duotone', resolution: '4k' } as JobSettings;
    const tries: [JobSettings, object, string][] = [
      [dear, { hold: (small as HoldReceipt).hold.id }, 'hold_too_small'],
      [SCRIPT, { hold: await maya.hold('smart_cutout') }, 'hold_of_another'],
      [SCRIPT, { hold: await other.hold('ai_script') }, 'hold_of_another'],
      [SCRIPT, { click: 'one' }, 'invalid_request'],
      [SCRIPT, { hold: 'hld_nothing' }, 'hold_not_found'],
    ];
    for (const [settings, by, code] of tries) {
      expect((await maya.begin(settings, by)).body.code).toBe(code);
    }
    expect((await maya.ask('GET', `projects/${other.project.id}`)).status).toBe(404);
  });

  it('is paid by a team for its member, and by nobody’s team for anybody else', async () => {
    await client.putAccount('t_studio', { kind: 'team' });
    await client.grant('t_studio', { class: 'purchased', amount: 60 });
    for (const member of ['u_in_team', 'u_also_in_team']) {
      await client.putMember('t_studio', member, { role: 'member', limit: { amount: 30, per: 'month' } });
    }
    const maya = await withCredits('u_in_team');
    const other = await withCredits('u_also_in_team');
    const { token } = await client.createSession({
      account: 'u_in_team',
      surface: 'web',
      teams: ['t_studio'],
    });
    const { hold } = (await createClient({ url, token }).hold('t_studio', {
      feature: 'ai_script',
    })) as HoldReceipt;
    expect((await other.begin(SCRIPT, { hold: hold.id })).body.code).toBe('hold_of_another');
    const job = await maya.ended((await maya.begin(SCRIPT, { hold: hold.id })).body.id);
    expect(job).toMatchObject({ state: 'done', receipt: { amount: 25, available: 35 } });
    expect(await maya.available()).toBe(135);
    expect((await client.getMember('t_studio', 'u_in_team')).period.used).toBe(25);
  });

  it('that could not be begun gives its hold back', async () => {
    const maya = await withCredits('u_uncut');
    const settings: JobSettings = { ...FREE, template: 'spotlight' } as JobSettings;
    const refused = await maya.begin(settings, { hold: await maya.hold('premium_template_export') });
    expect(refused.body.code).toBe('needs_cutout');
    expect(await maya.available()).toBe(135);
  });

  it('goes with its project, costs nothing if it runs still, and what was charged stays in the ledger', async () => {
    const maya = await withCredits('u_deletes');
    const path = `projects/${maya.project.id}`;
    const paid = await maya.begin(SCRIPT, { hold: await maya.hold('ai_script') });
    await maya.ended(paid.body.id);
    const running = await maya.begin(CUTOUT, { hold: await maya.hold('smart_cutout') });
    expect((await (await person('u_other_deletes')).ask('DELETE', path)).status).toBe(404);
    expect((await maya.ask<Project>('DELETE', path)).body.id).toBe(maya.project.id);
    for (const gone of [
      path,
      `jobs/${paid.body.id}`,
      `jobs/${running.body.id}`,
      `jobs/${paid.body.id}/file`,
    ]) {
      expect((await maya.ask('GET', gone)).status).toBe(404);
    }
    expect((await maya.ask('DELETE', path)).status).toBe(404);
    const late = await maya.begin(SCRIPT, { hold: await maya.hold('ai_script') });
    expect(late.body.code).toBe('project_not_found');
    const entries = (await client.entries(maya.account)).data;
    expect(entries.filter(({ type }) => type === 'capture').map(({ amount }) => amount)).toEqual([-25]);
    expect(await client.balance(maya.account)).toMatchObject({ available: 110, held: 0 });
    const { body: left } = await maya.ask<Project[]>('GET', 'projects');
    expect(left.map(({ id }) => id)).not.toContain(maya.project.id);
  });

  it('that a crash interrupted is released at the next start, and delivers nothing', async () => {
    const maya = await withCredits('u_crash');
    const { body } = await maya.begin(CUTOUT, { hold: await maya.hold('smart_cutout') });
    // What is on the disk at this instant is what a crash would leave.
    const left = join(home, 'left');
    cpSync(directory, left, { recursive: true });
    expect(body.state).toBe('running');
    expect((await client.balance(maya.account)).held).toBe(5);
    const next = await serve(left);
    expect(await client.balance(maya.account)).toMatchObject({ available: 135, held: 0 });
    const at = await next.listen({ host: '127.0.0.1', port: 0 });
    const seen = await maya.ask<Job>('GET', `jobs/${body.id}`, undefined, at);
    expect(seen.body).toMatchObject({ state: 'failed', failure: 'interrupted', receipt: null });
    await next.close();
    // The first process finds the hold closed when it is done: what was not paid is not delivered.
    expect(await maya.ended(body.id)).toMatchObject({ state: 'failed', file: null, receipt: null });
  });

  it('that is free needs no hold, and its file is there', async () => {
    const maya = await person('u_free');
    const { body } = await maya.begin(FREE, { click: 'a click' });
    const job = await maya.ended(body.id);
    expect(job).toMatchObject({ state: 'done', held: 0, receipt: null, file: { type: 'image/png' } });
    const file = await fetch(`${url}/studio/jobs/${job.id}/file`, {
      headers: { authorization: `Bearer ${maya.token}` },
    });
    expect((await file.arrayBuffer()).byteLength).toBe(job.file?.bytes);
  });
});

describe('a phone', () => {
  it('is refused by the server whatever the page does, and hands in what it cut out itself', async () => {
    const web = await withCredits('u_phone');
    const phone = await person('u_phone', 'ios');
    await expect(phone.hold('ai_script')).rejects.toMatchObject({ code: 'surface_not_supported' });
    expect(await phone.own.hold(phone.account, { feature: 'smart_cutout' })).toMatchObject({ charged: 0 });
    const cut = await web.begin(CUTOUT, { hold: await web.hold('smart_cutout') });
    await web.ended(cut.body.id);
    const response = await fetch(`${url}/studio/jobs/${cut.body.id}/file`, {
      headers: { authorization: `Bearer ${web.token}` },
    });
    const png = Buffer.from(await response.arrayBuffer()).toString('base64');
    const path = `projects/${web.project.id}/cutout`;
    expect((await web.ask('PUT', path, { picture: 'lighthouse', png })).status).toBe(403);
    expect((await phone.ask<Project>('PUT', path, { picture: 'lighthouse', png })).body.cutout?.by).toBe(
      'device',
    );
    // Forty thousand pixels each way, says the head: that is judged before anything is unfolded.
    const huge = Buffer.from(png, 'base64');
    huge.writeUInt32BE(40_000, 16);
    for (const wrong of ['AAAA', huge.toString('base64'), png.slice(0, 4_000)]) {
      expect((await phone.ask('PUT', path, { picture: 'lighthouse', png: wrong })).status).toBe(400);
    }
    expect(await web.available()).toBe(130);
  });

  it('gets a link that opens once, and for nobody else', async () => {
    const phone = await person('u_link', 'ios');
    const web = await person('u_link');
    const stranger = await person('u_stranger');
    const path = `projects/${phone.project.id}/handoffs`;
    const { body } = await phone.ask<Handoff>('POST', path, { tool: 'export' });
    expect(body.url).toMatch(new RegExp(`^${url}/studio#handoff=[\\w-]{32}$`));
    expect(Date.parse(body.expires_at) - Date.now()).toBeLessThanOrEqual(600_000);
    const code = body.url.split('=')[1];
    expect((await stranger.ask('POST', 'handoffs', { code })).status).toBe(403);
    expect((await web.ask('POST', 'handoffs', { code })).body).toEqual({
      project: phone.project.id,
      tool: 'export',
    });
    expect((await web.ask('POST', 'handoffs', { code })).status).toBe(410);
    expect((await stranger.ask('POST', path, { tool: 'export' })).status).toBe(404);
  });

  it('is let in by a session alone', async () => {
    for (const authorization of [`Bearer ${SECRET}`, 'Bearer sk_no', '']) {
      const response = await fetch(`${url}/studio/projects`, { headers: { authorization } });
      expect(response.status).toBe(401);
    }
  });
});
