/** Every report with success, as JSON and as a table; answers are checked as they come. */
import type { Breakage, OutstandingReport, RollForward } from '@drawdown/client';
import { expect, test } from 'vitest';
import { ADMIN, type TestServer } from './support.ts';

/** `server` is asked for when a test runs, since it is started after the tests are declared. */
export function reportContract(server: () => TestServer): void {
  const RANGE = 'from=2025-01&to=2026-01';

  test('a roll-forward, of every month and grouped', async () => {
    const { body } = await server().ask<RollForward>(
      'GET',
      `/v1/reports/roll_forward?${RANGE}&time_zone=Europe/Berlin&group_by=currency,channel`,
      { as: ADMIN },
    );
    expect(body.periods).toHaveLength(12);
    expect(body).toMatchObject({ from: '2024-12-31T23:00:00.000Z', time_zone: 'Europe/Berlin', final: true });
    const csv = await server().ask<string>('GET', `/v1/reports/roll_forward?${RANGE}&format=csv`, {
      as: ADMIN,
    });
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.headers['content-disposition']).toBe('attachment; filename="roll-forward.csv"');
    expect(csv.text.split('\r\n')[0]).toMatch(/^from,to,class,/);
  });

  test('what is outstanding, and breakage', async () => {
    const t = server();
    const { body } = await t.ask<OutstandingReport>('GET', '/v1/reports/outstanding', { as: ADMIN });
    expect(body.final).toBe(false);
    const ahead = await t.ask('GET', '/v1/reports/outstanding?at=2999-01-01T00:00:00Z', { as: ADMIN });
    expect(ahead.body).toMatchObject({ status: 400, code: 'invalid_request', field: 'at' });
    const { body: broken } = await t.ask<Breakage>('GET', `/v1/reports/breakage?${RANGE}`, { as: ADMIN });
    expect(broken).toMatchObject({ rows: [], cohorts: [], final: true });
    for (const path of ['outstanding?format=csv', `breakage?${RANGE}&format=csv`]) {
      const csv = await t.ask<string>('GET', `/v1/reports/${path}`, { as: ADMIN });
      expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
      expect(csv.text).toMatch(/class,currency,channel/);
    }
  });
}
