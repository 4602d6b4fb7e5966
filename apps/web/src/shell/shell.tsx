/** The frame of every page: who looks, in which language and colours, and what is shown while that is found out. */
import { createPersonClient } from '@drawdown/client';
import { SpokenProvider } from '@drawdown/client/react';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { loadFirst, loadLanguage, loadWords, type Spoken } from './language.ts';
import { Logo } from './logo.tsx';
import {
  applyPreferences,
  type Language,
  type Preferences,
  preferredLanguage,
  readPreferences,
  type Theme,
} from './preferences.ts';
import { servesProduct } from './products.ts';
import { openSession, type PageSession, SessionEnded, type Wanted } from './session.ts';
import { english, type Words } from './words.ts';

/** The pages that the bar leads to; `product`: only where that one is served as well. */
const PAGES: readonly { href: string; word: 'home' | 'credits' | 'studio' | 'surfaces'; product?: string }[] =
  [
    { href: '/', word: 'home' },
    { href: '/credits', word: 'credits' },
    { href: '/studio', word: 'studio', product: 'studio' },
    { href: '/surfaces', word: 'surfaces', product: 'studio' },
  ];

export interface Frame {
  readonly words: Words;
  readonly language: Language;
}

const FrameContext = createContext<Frame | null>(null);

export function useFrame(): Frame {
  const frame = useContext(FrameContext);
  if (frame === null) throw new Error('This needs a <Shell> above it');
  return frame;
}

interface ShellProps {
  children: ReactNode;
  foot?: ReactNode;
  tools?: ReactNode;
  /** The name of what has ways of its own through it: it fills the window below the bar and brings its own `<main>`. */
  place?: 'console';
  /** `bare`: the page has a frame of its own, as an app has. `wide`: it uses all of a wide screen. */
  kind?: 'page' | 'wide' | 'bare';
}

/** The bar, the page and the foot. `children` need no session. */
export function Shell({ children, foot, tools, place, kind = 'page' }: ShellProps): ReactNode {
  const [preferences, setPreferences] = useState<Preferences>(readPreferences);
  const frame = useSpokenFrame(preferences.language ?? preferredLanguage());
  useEffect(() => applyPreferences(preferences), [preferences]);
  useEffect(() => {
    // Set in another window, or around this frame.
    const onStorage = (): void => setPreferences(readPreferences());
    window.addEventListener('storage', onStorage);
    return () => window.removeEventListener('storage', onStorage);
  }, []);
  if (frame === null) return null;
  const { words, language } = frame;
  if (kind === 'bare') return <FrameContext value={frame}>{children}</FrameContext>;
  return (
    <FrameContext value={frame}>
      <div className="shell" data-place={place} data-kind={kind}>
        <a className="skip dd-button" href="#main">
          {words.skip}
        </a>
        <header className="shell__width">
          <div className="shell__bar">
            <a className="shell__name" href="/">
              <Logo />
              Drawdown
            </a>
            {place === undefined ? <Pages words={words} /> : <p className="shell__place">{words[place]}</p>}
            <div className="shell__tools">
              {tools}
              <ThemeButton
                theme={preferences.theme}
                words={words}
                onChange={(theme) =>
                  setPreferences(({ language: kept }) => ({
                    ...(kept === undefined ? {} : { language: kept }),
                    ...(theme === undefined ? {} : { theme }),
                  }))
                }
              />
              <button
                type="button"
                className="shell__tool"
                lang={language === 'en' ? 'de' : 'en'}
                aria-label={words.language_label}
                onClick={() =>
                  setPreferences((before) => ({ ...before, language: language === 'en' ? 'de' : 'en' }))
                }
              >
                {words.language}
              </button>
            </div>
          </div>
        </header>
        {place === undefined ? (
          <>
            <main className="shell__width shell__main" id="main">
              {children}
            </main>
            <footer className="shell__width">
              <div className="shell__foot">{foot ?? <p>{words.foot}</p>}</div>
            </footer>
          </>
        ) : (
          children
        )}
      </div>
    </FrameContext>
  );
}

/**
 * The frame's words; null while the first are on their way, so that none flashes by. Where another language is chosen, the
 * page speaks the one before until the next is there: nothing that is open closes.
 */
function useSpokenFrame(language: Language): Frame | null {
  const [frame, setFrame] = useState<Frame | null>(() =>
    language === 'en' ? { words: english, language } : null,
  );
  useEffect(() => {
    let left = false;
    const speak = (words: Words): void => {
      if (!left) setFrame((before) => (before?.language === language ? before : { words, language }));
    };
    if (language === 'en') speak(english);
    else loadWords().then(speak, () => speak(english));
    return () => {
      left = true;
    };
  }, [language]);
  return frame;
}

function Pages({ words }: { words: Words }): ReactNode {
  return (
    <nav className="shell__nav" aria-label="Drawdown">
      {PAGES.filter(({ product }) => product === undefined || servesProduct(product)).map(
        ({ href, word }) => (
          <a key={href} href={href} aria-current={location.pathname === href ? 'page' : undefined}>
            {words[word]}
          </a>
        ),
      )}
    </nav>
  );
}

const NEXT_THEME: Readonly<Record<Theme | 'system', Theme | undefined>> = {
  system: 'light',
  light: 'dark',
  dark: undefined,
};

function ThemeButton({
  theme,
  words,
  onChange,
}: {
  theme: Theme | undefined;
  words: Words;
  onChange(theme: Theme | undefined): void;
}): ReactNode {
  const now = theme ?? 'system';
  return (
    <button type="button" className="shell__tool" onClick={() => onChange(NEXT_THEME[now])}>
      {words[`theme_${now}`]}
    </button>
  );
}

type Opened =
  | { state: 'opening' }
  | { state: 'open'; session: PageSession }
  | { state: 'ended' }
  | { state: 'offline' };

/**
 * Opens a session and gives everything below it a client. `account`: which of those that the session reaches is shown;
 * absent: the person's own. What is shown meanwhile, and where nobody is signed in, is designed here once.
 */
export function SignedIn({
  wanted,
  account,
  hearsAll = false,
  firstWords = false,
  hasMain = true,
  waiting,
  offline,
  children,
}: {
  wanted: Wanted;
  account?: string | null;
  /** Whether the page hears of the other accounts that the session reaches as well. */
  hearsAll?: boolean;
  /** Whether it opens with the words of its first view and fetches the others with what says them. */
  firstWords?: boolean;
  /** Whether a `<main>` is around it; without one, what is shown in its place is that. */
  hasMain?: boolean;
  /** What of the page stands there already. */
  waiting?: ReactNode;
  /** Shown where the server cannot be reached; absent: that it cannot. */
  offline?: ReactNode;
  children(session: PageSession): ReactNode;
}): ReactNode {
  const { words, language } = useFrame();
  const [opened, setOpened] = useState<Opened>({ state: 'opening' });
  const [turn, setTurn] = useState(0);
  const spoken = useSpoken(language, { firstWords, turn });
  const asked = JSON.stringify(wanted);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn asks again
  useEffect(() => {
    let left = false;
    setOpened({ state: 'opening' });
    openSession(JSON.parse(asked) as Wanted).then(
      (session) => {
        if (!left) setOpened({ state: 'open', session });
      },
      (error: unknown) => {
        if (!left) setOpened({ state: error instanceof SessionEnded ? 'ended' : 'offline' });
      },
    );
    return () => {
      left = true;
    };
  }, [asked, turn]);

  const session = opened.state === 'open' ? opened.session : null;
  useEffect(() => session?.onEnd(() => setOpened({ state: 'ended' })), [session]);
  const client = useMemo(
    () =>
      session === null
        ? null
        : createPersonClient({ url: location.origin, token: () => session.token(), fetch: session.fetch }),
    [session],
  );
  if (session !== null && client !== null && spoken !== null && spoken !== 'unreachable') {
    return (
      <SpokenProvider
        client={client}
        account={reached(session, account)}
        person={session.account}
        {...(hearsAll ? { also: [session.account, ...session.teams] } : {})}
        sharedAs={session.account}
        surface={session.surface}
        locale={localeOf(language)}
        {...spoken}
      >
        {children(session)}
      </SpokenProvider>
    );
  }
  const state = opened.state === 'open' && spoken === 'unreachable' ? 'offline' : opened.state;
  if (state === 'offline' && offline !== undefined) return offline;
  if (state === 'ended' || state === 'offline') {
    const Closed = hasMain ? 'div' : 'main';
    return (
      <Closed className="closed">
        <h1>{words[`${state}_title`]}</h1>
        <p>{words[`${state}_text`]}</p>
        <button type="button" className="dd-button" onClick={() => setTurn(turn + 1)}>
          {words.retry}
        </button>
      </Closed>
    );
  }
  return (
    <>
      {waiting}
      <p className="dd-visually-hidden" role="status">
        {words.opening}
      </p>
    </>
  );
}

/** An address may name what the session does not reach: then it is the person's own. */
function reached({ account, teams }: PageSession, wanted: string | null | undefined): string {
  return wanted != null && teams.includes(wanted) ? wanted : account;
}

/** The person's own kind of the language: dates are written otherwise in London than in New York. */
export function localeOf(language: Language): string {
  return navigator.languages.find((one) => one === language || one.startsWith(`${language}-`)) ?? language;
}

/**
 * Null while the words are on their way. Where another language is chosen later, all of its words are there before any of
 * them is said, so that nothing that is open closes.
 */
function useSpoken(
  language: Language,
  { firstWords, turn }: { firstWords: boolean; turn: number },
): Spoken | 'unreachable' | null {
  const [spoken, setSpoken] = useState<Spoken | 'unreachable' | null>(null);
  const hasSpoken = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn asks again
  useEffect(() => {
    let left = false;
    const load = firstWords && !hasSpoken.current ? loadFirst : loadLanguage;
    const speak = (words: Spoken): void => {
      if (left) return;
      hasSpoken.current = true;
      setSpoken(words);
    };
    load(language)
      // Without them the page speaks English.
      .catch(() => load('en'))
      .then(speak, () => {
        if (!left) setSpoken((before) => before ?? 'unreachable');
      });
    return () => {
      left = true;
    };
  }, [language, firstWords, turn]);
  return spoken;
}
