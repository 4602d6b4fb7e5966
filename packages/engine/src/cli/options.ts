/** What several commands take alike. */
import type { ChangeOptions, Cost, Metadata, Units } from '@drawdown/client';
import type { OptionFlags, Options } from './command.ts';
import { CommandError } from './exit.ts';

export const KEY_OPTION: OptionFlags = [
  '--idempotency-key <key>',
  'the same key with the same input takes effect once (default: a new one)',
];
export const METADATA_OPTION: OptionFlags = ['--metadata <json>', 'a JSON object of your own, kept with it'];
export const AMOUNT_OPTION: OptionFlags = ['--amount <credits>', 'how many credits'];
export const UNITS_OPTION: OptionFlags = ['--units <units>', '3, or by name: seconds=60,resolution=1080p'];
export const SURFACE_OPTION: OptionFlags = ['--surface <surface>', 'where the person is: web, ios, …'];

export function takeKey(options: Options): ChangeOptions {
  const idempotencyKey = options.text('idempotency-key');
  return idempotencyKey === undefined ? {} : { idempotencyKey };
}

export function metadataOption(options: Options): Metadata | undefined {
  const text = options.text('metadata');
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Metadata;
  } catch {
    // Falls through: said once for both mistakes.
  }
  throw new CommandError('usage', '--metadata must be a JSON object such as {"order": "4711"}');
}

/** The server judges the words; a sum without its currency means nothing. `name`: the option with the sum. */
export function costOption(options: Options, name: string): Cost | undefined {
  const minor = options.whole(name, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (minor === undefined) return undefined;
  const currency = options.text('currency');
  if (currency === undefined) throw new CommandError('usage', `--${name} and --currency go together`);
  return { amount_minor: minor, currency };
}

/** `3` or `seconds=60,resolution=1080p`; undefined where it was not given. */
export function unitsOption(options: Options): Units | undefined {
  const text = options.text('units');
  if (text === undefined || !text.includes('=')) return text;
  const units: [string, string][] = text.split(',').map((part) => {
    const [name = '', value] = part.split('=', 2);
    if (name === '' || value === undefined || value === '') {
      throw new CommandError('usage', `--units must be a number or name=value pairs, not "${text}"`);
    }
    return [name.trim(), value.trim()];
  });
  return Object.fromEntries(units);
}
