import { describe, expect, it } from 'vitest';
import { TONES } from '../src/script/material.ts';
import { formatScript, LENGTHS, writeScript } from '../src/script/script.ts';
import { readTopic } from '../src/script/topic.ts';

describe('a prompt is taken apart', () => {
  it.each([
    [
      'A video about our small café in Lisbon, fresh pastries, live music on Fridays',
      'thing',
      'our small café in Lisbon',
      ['fresh pastries', 'live music on Fridays'],
    ],
    ['how to bake bread', 'how_to', 'bake bread', []],
    [
      'Write a funny script for Nordlicht, the lamp that wakes you',
      'thing',
      'Nordlicht',
      ['the lamp that wakes you'],
    ],
    ['Hiking with children and dogs', 'thing', 'hiking', ['children', 'dogs']],
    [
      'A day at the lighthouse, with the first boat and the last ferry',
      'thing',
      'a day at the lighthouse',
      ['the first boat', 'the last ferry'],
    ],
    ['Über uns.', 'thing', 'Über uns', []],
    ['video', 'thing', 'video', []],
  ])('%s', (prompt, kind, name, points) => {
    expect(readTopic(prompt)).toEqual({ kind, name, points });
  });

  it.each(['', '   ', '…!', '— , —'])('%j says nothing', (prompt) => {
    expect(() => readTopic(prompt)).toThrow(RangeError);
  });
});

describe('a script', () => {
  const wish = {
    prompt: 'our garden, old apple trees and a swing',
    tone: 'friendly',
    seconds: 30,
    seed: '1',
  } as const;

  it('is the same for the same seed, and another for another', () => {
    expect(writeScript(wish)).toEqual(writeScript(wish));
    const seeds = Array.from({ length: 20 }, (_, seed) =>
      formatScript(writeScript({ ...wish, seed: `${seed}` })),
    );
    expect(new Set(seeds).size).toBeGreaterThan(15);
  });

  it.each(TONES.flatMap((tone) => LENGTHS.map((seconds) => ({ tone, seconds }))))(
    '$tone, $seconds seconds: fills its time without a gap and says nothing twice',
    ({ tone, seconds }) => {
      for (const prompt of [
        'our garden',
        'how to plant a tree',
        'a boat, a b, c d, e f, g h, i j, k l, m n',
      ]) {
        for (let seed = 0; seed < 25; seed++) {
          const { title, scenes } = writeScript({ prompt, tone, seconds, seed: `${seed}` });
          let at = 0;
          for (const scene of scenes) {
            expect(scene.at).toBe(at);
            expect(scene.seconds).toBeGreaterThan(0);
            expect(scene.voice).toMatch(/^\S.*[.!?]$/);
            expect(scene.voice).not.toMatch(/[{}]|undefined/);
            at += scene.seconds;
          }
          expect(at).toBe(seconds);
          expect(new Set(scenes.map(({ voice }) => voice)).size).toBe(scenes.length);
          expect(title).toMatch(/^\p{Lu}/u);
        }
      }
    },
  );

  it('has in it what the person named', () => {
    const text = formatScript(writeScript(wish));
    expect(text).toMatch(/our garden/i);
    expect(text).toMatch(/old apple trees/i);
    expect(text).toMatch(/a swing/i);
  });

  it('is not written in a length that is not offered', () => {
    expect(() => writeScript({ ...wish, seconds: 20 })).toThrow(RangeError);
  });
});
