/** A product's style sheets and ours: neither is to change what the other looks like. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Elsewhere, openElsewhere } from './elsewhere.ts';
import { RESETS } from './product/resets.ts';

let product: Elsewhere;

beforeAll(async () => {
  product = await openElsewhere();
  const { client } = product.stage;
  await client.grant('u_reset', { class: 'subscription', amount: 18, valid_for: 'P1M' });
  await client.consume('u_reset', { amount: 3, feature: 'ai_script' });
  await product.stage.age('u_reset', 10);
}, 120_000);

afterEach(() => product.stage.verify());
afterAll(() => product?.close());

/** What each of our elements looks like, in the order of the document: `span.dd-amount color: …`. */
async function looks(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const facets =
      `display position float box-sizing appearance margin padding border-width border-style border-color
      border-radius background-color background-image color opacity box-shadow font-family font-size font-style font-weight
      letter-spacing line-height text-align text-transform text-decoration-line list-style-type cursor width height
      border-collapse flex grid-template-columns`.split(/\s+/);
    return [...document.querySelectorAll('[class^="dd-"], [class^="dd-"] *')].flatMap((one, nth) => {
      const style = getComputedStyle(one);
      const name = `${nth} ${one.tagName.toLowerCase()}.${one.getAttribute('class') ?? ''}`;
      // Drawings look as their attributes say, and only what is in a list has a mark.
      const shown = one.closest('svg') === null ? facets : ['width', 'height', 'color', 'fill', 'stroke'];
      return shown
        .filter((facet) => facet !== 'list-style-type' || one.tagName === 'LI')
        .map((facet) => `${name} ${facet}: ${style.getPropertyValue(facet)}`);
    });
  });
}

/** What is looked at stands still, and the product's own page around it has the same room. */
const STILL = `
  *, *::before, *::after, ::backdrop { transition: none !important; animation: none !important }
  body { margin: 0 !important }
  #root > button { display: none !important }`;

describe.each(Object.entries(RESETS))('under %s', (_name, reset) => {
  it.each(['page', 'cost'])('all of it looks as without: %s', async (part) => {
    const page = await product.open('u_reset', { part });
    if (part === 'page') {
      await page.getByRole('heading', { name: 'History' }).waitFor();
      await expect.poll(() => page.locator('.dd-skeleton').count()).toBe(0);
      await page.locator('.dd-at-risk').waitFor();
      await page.locator('.dd-card__open').first().click();
      await page.locator('.dd-lot').first().waitFor();
    } else {
      await expect.poll(() => page.locator('.dd-cost__button').innerText()).toContain('25');
      await page.locator('.dd-cost__button').click();
      await page.locator('.dd-option').first().waitFor();
      // What can be done is found out by several questions: all of it is there once nothing has come for a while.
      const options = page.locator('.dd-option');
      for (let count = 0; count !== (await options.count()); await page.waitForTimeout(400)) {
        count = await options.count();
      }
    }
    await page.addStyleTag({ content: STILL });
    const without = await looks(page);
    expect(without.length).toBeGreaterThan(1_000);
    await page.addStyleTag({ content: reset });
    const known = new Set(without);
    expect((await looks(page)).filter((look) => !known.has(look))).toEqual([]);
    await page.context().close();
  });
});

describe('the product’s own look', () => {
  it('is not touched by the style sheet', async () => {
    const page = await product.open('u_reset', { part: 'none', context: { colorScheme: 'dark' } });
    await page.locator('.dd-badge').waitFor();
    const plain = () =>
      page.evaluate(() => {
        // A page that says nothing is light, and so it is called.
        const isLook = (name: string) => !name.startsWith('--') && name !== 'color-scheme';
        const tags = [
          'h1',
          'p',
          'a',
          'button',
          'input',
          'select',
          'table',
          'td',
          'ul',
          'li',
          'dialog',
          'fieldset',
          'svg',
          'div',
        ];
        const made = tags.map((tag) => document.body.appendChild(document.createElement(tag)));
        const all = [document.documentElement, document.body, ...made].map((one) =>
          [...getComputedStyle(one)]
            .filter(isLook)
            .map((name) => `${one.tagName} ${name}: ${getComputedStyle(one).getPropertyValue(name)}`),
        );
        for (const one of made) one.remove();
        return all.flat();
      });
    const withOurs = await plain();
    await page.evaluate(() => {
      for (const sheet of document.styleSheets) sheet.disabled = true;
    });
    // Heights differ with what is ours in the page.
    const isSize = (line: string) =>
      /(height|width|size|origin|inset|top|bottom|left|right)[\w-]*:/.test(line);
    expect(withOurs.filter((line) => !isSize(line))).toEqual((await plain()).filter((line) => !isSize(line)));
    await page.context().close();
  });

  it('gives the components its font, its colours and its darkness', async () => {
    const page = await product.open('u_reset', { part: 'cost', context: { colorScheme: 'dark' } });
    const button = page.locator('.dd-cost__button');
    const of = (property: string) =>
      button.evaluate((one, name) => getComputedStyle(one).getPropertyValue(name), property);
    await expect.poll(() => button.innerText()).toContain('25');
    // A page that says nothing of darkness is light, in the dark too.
    expect(await of('background-color')).toBe('rgb(23, 24, 27)');
    await page.addStyleTag({ content: 'body { font-family: cursive } :root { --dd-fast: 0s }' });
    await page.evaluate(() => document.documentElement.classList.add('follows-the-system'));
    await expect.poll(() => of('background-color')).toBe('rgb(242, 241, 237)');
    expect(await of('font-family')).toBe('cursive');
    await page.addStyleTag({ content: ':root { --dd-action: rgb(91, 43, 224); --dd-font: fantasy }' });
    await expect.poll(() => of('background-color')).toBe('rgb(91, 43, 224)');
    expect(await of('font-family')).toBe('fantasy');
    await page.context().close();
  });
});
