import { type ReactNode, useId } from 'react';
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
  const group = useId();
  const names = useReading(
    `names:${teams.join()}`,
    async ({ client }) =>
      new Map(
        await Promise.all(teams.map(async (team) => [team, nameOf(await client.getAccount(team))] as const)),
      ),
    { once: true },
  ).data;
  if (teams.length === 0) return null;
  const choices = [
    { id: person, name: t('switch.personal') },
    ...teams.map((id) => ({ id, name: t('switch.team', { name: names?.get(id) ?? id }) })),
  ];
  return (
    <fieldset className="dd-toggle">
      <legend className="dd-visually-hidden">{t('switch.label')}</legend>
      {choices.map(({ id, name }) => (
        <label key={id} className="dd-toggle__item">
          <input type="radio" name={group} checked={id === account} onChange={() => onChange(id)} />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

function nameOf({ account, metadata }: { account: string; metadata: { [key: string]: unknown } }): string {
  return typeof metadata.name === 'string' ? metadata.name : account;
}
