/** The way in: by a key of staff, or where the company's own people sign in. */
import { DrawdownApiError, type SignIn as Ways } from '@drawdown/client';
import { failureText, type Translate, useDrawdown } from '@drawdown/client/react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useId, useRef } from 'react';
import { client, ENTRANCE, refusalCode, visit } from './entrance.ts';
import type { Word } from './words/english.ts';

const REFUSALS = ['denied', 'expired', 'no_role', 'failed', 'unavailable'] as const;

export function SignIn({ ways, t }: { ways: Ways; t: Translate<Word> }): ReactNode {
  const said = visit.isOn ? 'ended' : REFUSALS.find((one) => one === refusalCode);
  return (
    <main id="main" className="entrance">
      <h1 className="entrance__title">{t('sign_in.title')}</h1>
      <p className="entrance__lead">{t('sign_in.lead')}</p>
      {said === undefined ? null : (
        <p className="entrance__refusal" role="alert">
          {t(`sign_in.${said}`)}
        </p>
      )}
      {ways.oidc === null ? null : (
        <>
          <a className="dd-button entrance__oidc" data-kind="primary" href={returning(ways.oidc.url)}>
            {t('sign_in.oidc', { name: ways.oidc.name })}
          </a>
          <p className="entrance__or">{t('sign_in.or')}</p>
        </>
      )}
      <KeyForm t={t} isFirst={ways.oidc === null} />
    </main>
  );
}

/** Whoever was sent a link is shown what it is about, once they are in. */
function returning(url: string): string {
  const { pathname, search } = location;
  return `${url}?${new URLSearchParams({ return_to: pathname + search })}`;
}

function KeyForm({ t, isFirst }: { t: Translate<Word>; isFirst: boolean }): ReactNode {
  const { t: components } = useDrawdown();
  const cache = useQueryClient();
  const field = useRef<HTMLInputElement>(null);
  const [keyId, resultId] = [useId(), useId()];
  const enter = useMutation({
    mutationFn: (key: string) => client.signIn(key),
    onSuccess: () => cache.invalidateQueries({ queryKey: ENTRANCE }),
    onError: () => field.current?.select(),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const key = field.current?.value.trim() ?? '';
    if (key !== '') enter.mutate(key);
  };
  const { error } = enter;
  const isRefused = error instanceof DrawdownApiError && [401, 403].includes(error.status);
  return (
    <form className="dd-form entrance__form" onSubmit={submit}>
      <label htmlFor={keyId}>{t('sign_in.key')}</label>
      <input
        ref={field}
        id={keyId}
        className="dd-input"
        type="password"
        autoComplete="off"
        spellCheck={false}
        required
        aria-invalid={isRefused}
        aria-describedby={resultId}
      />
      <p id={resultId} className="dd-form__result" data-tone="bad" role="status">
        {error === null ? '' : isRefused ? t('sign_in.refused') : failureText(error, components)}
      </p>
      <button
        type="submit"
        className="dd-button"
        {...(isFirst ? { 'data-kind': 'primary' } : {})}
        aria-busy={enter.isPending}
        disabled={enter.isPending}
      >
        {t('sign_in.submit')}
      </button>
    </form>
  );
}
