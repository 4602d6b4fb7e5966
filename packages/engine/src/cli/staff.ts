/** How the configuration says that staff sign in. */
import type { Scope } from '@drawdown/client';
import { type Config, ConfigError } from '../config.ts';
import { SCOPES } from '../http/schemas/access.ts';
import type { ServerOptions } from '../http/server.ts';

/** Throws `ConfigError` where a role names a scope that there is none of. */
export function staffOf({
  oidc,
  publicUrl,
  staffSessionMinutes,
}: Config): NonNullable<ServerOptions['staff']> {
  const sessionSeconds = staffSessionMinutes * 60;
  if (oidc === null || publicUrl === null) return { sessionSeconds };
  const roles = new Map([...oidc.roles].map(([group, words]) => [group, words.map(scopeOf)]));
  return { sessionSeconds, oidc: { ...oidc, publicUrl, roles } };
}

function scopeOf(word: string): Scope {
  const scope = SCOPES.find((one) => one === word);
  if (scope !== undefined) return scope;
  throw new ConfigError('DRAWDOWN_OIDC_ROLES', `must give scopes (${SCOPES.join(', ')}), not "${word}"`);
}
