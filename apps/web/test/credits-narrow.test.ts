/** Profile → Credits on the narrowest phones, with long words and large numbers. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openStage, overflow, type Stage } from './stage.ts';

let stage: Stage;
const NARROW = { width: 360, height: 740 };

beforeAll(async () => {
  stage = await openStage();
}, 120_000);

afterEach(() => stage.verify());
afterAll(() => stage?.close());

/** What of these reaches over the edges of the box around them. */
async function over(page: Page, inside: string, around: string): Promise<string[]> {
  return await page.evaluate(
    ([parts, box]) => {
      const { left, right } = (document.querySelector(box as string) as Element).getBoundingClientRect();
      return [...document.querySelectorAll(parts as string)].flatMap((one) => {
        const at = one.getBoundingClientRect();
        return at.left < left - 0.5 || at.right > right + 0.5
          ? [`${one.className} ${at.left}–${at.right}`]
          : [];
      });
    },
    [inside, around],
  );
}

it('writes a number of nine digits into the width that there is', async () => {
  await stage.client.grant('u_rich', { class: 'purchased', amount: 133_333_192 });
  const page = await stage.open('/credits', { account: 'u_rich', context: { viewport: NARROW } });
  await expect.poll(() => page.locator('.dd-total').textContent()).toBe('133,333,192');
  await page.locator('.dd-table tbody tr').first().waitFor();
  // A table with room of its own scrolls in that.
  expect(await over(page, 'body :not(.dd-scroll *)', 'body')).toEqual([]);
  expect(await overflow(page)).toBe(0);
  expect(await over(page, '.dd-total', '.dd-header')).toEqual([]);
  // Twice as large on a screen of 1280: two cards stand beside each other, and none is wider than its column.
  await page.setViewportSize({ width: 640, height: 450 });
  expect(await over(page, '.dd-cards__item:nth-child(3) *', '.dd-cards__item:nth-child(3)')).toEqual([]);
  expect(await overflow(page)).toBe(0);
  await page.context().close();
});

it('keeps every field of a form in its place, in German too', async () => {
  const { client } = stage;
  await client.putAccount('narrow', { kind: 'team' });
  await client.putMember('narrow', 'u_chief', { role: 'owner' });
  await client.putMember('narrow', 'u_other', { role: 'member', limit: { amount: 50, per: 'month' } });
  const page = await stage.open('/credits?show=narrow', {
    account: 'u_chief',
    teams: ['narrow'],
    context: { viewport: NARROW, locale: 'de-DE' },
  });
  await page.locator('.dd-members__item').nth(1).waitFor();
  await page
    .getByLabel(/Code einer Aktion|Code/)
    .first()
    .waitFor();
  expect(await over(page, '.dd-form__line > *', '.dd-page')).toEqual([]);
  const beside = await page.locator('.dd-option').evaluateAll((options) =>
    options.map(({ firstElementChild: text, lastElementChild: button }) => {
      const [first, last] = [text, button].map((one) => one?.getBoundingClientRect() as DOMRect);
      return (last?.left ?? 0) >= (first?.right ?? 0);
    }),
  );
  // Buttons stand in one column, however long their prices are.
  expect(beside.length).toBeGreaterThan(3);
  expect(new Set(beside).size).toBe(1);
  await page.locator('.dd-members__add').click();
  await page.locator('.dd-dialog[open] select').first().waitFor();
  expect(await over(page, '.dd-dialog[open] .dd-form :not(option)', '.dd-dialog[open] .dd-form')).toEqual([]);
  expect(await overflow(page)).toBe(0);
  await page.context().close();
});
