/** Who did something, in words: a ledger and the audit log name them by codes. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import type { Word } from '../words/english.ts';

/** By the ids of what has no name of its own. */
const WORDS: Readonly<Record<string, Word>> = {
  time: 'actor.time',
  system: 'actor.system',
  library: 'actor.system',
  configuration: 'actor.server',
  server: 'actor.server',
  key_admin: 'actor.admin_key',
  key_bootstrap: 'actor.product',
  redacted: 'actor.removed',
  sandbox: 'provider.sandbox',
  stripe: 'provider.stripe',
  app_store: 'provider.app_store',
  google_play: 'provider.google_play',
};

/** Of one of the staff, by name: the key that the server was started with has none but its id. */
export function useStaffName(): (name: string) => string {
  const { t } = useConsole();
  return (name) => (WORDS[name] === undefined ? name : t(WORDS[name]));
}

/** As a ledger has it: `staff:key_…`, `key:key_…`, `user:u_1`, `provider:stripe`, `time`. */
export function Actor({ id }: { id: string }): ReactNode {
  const { t } = useConsole();
  const nameOf = useStaffName();
  const [kind, name] = id.includes(':') ? id.split(/:(.*)/s, 2) : [null, id];
  if (name === undefined || WORDS[name] !== undefined) return <span title={id}>{nameOf(name ?? id)}</span>;
  if (kind === 'user') {
    return (
      <Link to="/accounts/$account" params={{ account: name }} title={id}>
        {name}
      </Link>
    );
  }
  return kind === 'key' ? (
    <span title={id}>{t('actor.key', { id: name.replace(/^key_/, '') })}</span>
  ) : (
    <span title={id} className="actor">
      {name}
    </span>
  );
}
