import type { ReactNode } from 'react';
import { Choice } from './choice.tsx';
import { useDrawdown, useReading } from './provider.tsx';

export interface AccountSwitchProps {
  /** Accounts of the teams that the session reaches; each is called by the `name` in its metadata, else by its id. */
  teams: readonly string[];
  /** Shows another account: give it to the provider. */
  onChange(account: string): void;
}

/** Personal or a team's: one at a time, never a sum. Nothing where there is nothing to choose. */
export function AccountSwitch({ teams, onChange }: AccountSwitchProps): ReactNode {
  const { account, person, t } = useDrawdown();
  const names = useReading(
    `names:${teams.join()}`,
    async ({ client }) =>
      new Map(
        await Promise.all(teams.map(async (team) => [team, nameOf(await client.getAccount(team))] as const)),
      ),
    { once: true },
  ).data;
  if (teams.length === 0) return null;
  return (
    <Choice
      label={t('switch.label')}
      options={[person, ...teams]}
      value={account}
      nameOf={(id) =>
        id === person ? t('switch.personal') : t('switch.team', { name: names?.get(id) ?? id })
      }
      onChange={onChange}
    />
  );
}

function nameOf({ account, metadata }: { account: string; metadata: { [key: string]: unknown } }): string {
  return typeof metadata.name === 'string' ? metadata.name : account;
}
