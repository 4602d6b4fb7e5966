import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type { PersonClient } from '../client.ts';
import type { Catalog, Surface } from '../wire.ts';
import { type CatalogNames, catalogNames, type Names } from './catalog-names.ts';
import { createFormat, type Format } from './format.ts';
import { LiveAccount } from './live-account.ts';
import { createTranslate, type FirstMessages, type Messages, type Translate } from './messages/translate.ts';
import { type Loaded, Resource } from './resource.ts';

export interface SpokenProviderProps {
  /** A client with a session token: a page never holds a key. Another one for the same account is asked from then on. */
  client: PersonClient;
  /** Whose credits are shown: the person's own account, or a team of theirs. */
  account: string;
  /** Who looks, where `account` is a team of theirs. Absent: `account` is their own. */
  person?: string;
  /** Other accounts that the session reaches, of whose changes `live.onOther` tells. */
  also?: readonly string[];
  /**
   * Pages of one origin that say the same have one stream of an account together: name the server and who looks. Absent:
   * each has its own, and a browser has six connections for one server.
   */
  sharedAs?: string;
  /** Where this page runs; must be what the session says. Absent: `web`. */
  surface?: Surface;
  /** Whose law sales are under: a key of the catalog's jurisdictions. Absent: none is named. */
  jurisdiction?: string;
  /** BCP 47, for numbers and dates. Absent: the browser's. */
  locale?: string;
  /** IANA, for dates. Absent: the browser's. */
  timeZone?: string;
  /** The words: those of what is seen first, or all of them. */
  messages: FirstMessages;
  /** Fetches all of them, before anything is shown that is fetched later. Absent: `messages` are all. */
  allMessages?: () => Promise<Messages>;
  /** Names in the page's language for what the catalog names: `{ 'class.subscription': 'Abo-Credits' }`. */
  names?: Names;
  children?: ReactNode;
}

export interface Drawdown {
  readonly client: PersonClient;
  readonly account: string;
  readonly person: string;
  readonly surface: Surface;
  readonly jurisdiction: string | undefined;
  readonly live: LiveAccount;
  readonly format: Format;
  readonly t: Translate;
  readonly names: Names;
  /** Fetches the words of what is fetched later; null: they are there. */
  readonly fetchWords: (() => Promise<void>) | null;
  /** One resource for each key, shared by everything below the provider. */
  resource<T>(key: string, load: () => Promise<T>): Resource<T>;
}

const NO_NAMES: Names = {};
const NONE: readonly string[] = [];

const Context = createContext<Drawdown | null>(null);

/** As `DrawdownProvider`, with every word given: nothing that is said in another language is fetched. */
export function SpokenProvider(props: SpokenProviderProps): ReactNode {
  const { account, person = account, surface = 'web', locale, timeZone } = props;
  const client = useLastClient(props.client);
  const { names = NO_NAMES, jurisdiction, also = NONE, sharedAs = null, children } = props;
  const others = also.join(',');
  const shared = useMemo(() => {
    const resources = new Map<string, Resource<unknown>>();
    return {
      live: new LiveAccount(client, account, { also: others === '' ? NONE : others.split(','), sharedAs }),
      resource<T>(key: string, load: () => Promise<T>): Resource<T> {
        const known = resources.get(key) ?? new Resource<unknown>(load);
        resources.set(key, known);
        // One key is one question, so what is kept under it is its answer's type.
        return known as Resource<T>;
      },
    };
  }, [client, account, others, sharedAs]);
  const { live } = shared;
  useEffect(() => {
    // Another client may well bring what the one before was refused for.
    if (props.client !== null && live.state.connection === 'refused') void live.refresh();
  }, [props.client, live]);
  const { messages, fetchWords } = useWords(props);
  const words = useMemo(() => {
    const format = createFormat({ locale, timeZone });
    // What is not there yet is needed by nothing that is shown yet: a test reads which words the first view has.
    return { format, t: createTranslate(messages as Messages, format), fetchWords };
  }, [locale, timeZone, messages, fetchWords]);
  const value = useMemo(
    () => ({ client, account, person, surface, jurisdiction, names, ...shared, ...words }),
    [client, account, person, surface, jurisdiction, names, shared, words],
  );
  // React 18 knows no shorter way to say it.
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

/**
 * One client for as long as the provider is there, which asks through the one that was given last: a client that is made
 * anew at each rendering is the same as one that is kept, and opens no stream of its own.
 */
function useLastClient(given: PersonClient): PersonClient {
  const last = useRef(given);
  useEffect(() => {
    last.current = given;
  }, [given]);
  return useState(() => {
    const through =
      (name: string): unknown =>
      (...values: unknown[]) =>
        (last.current as unknown as Methods)[name]?.(...values);
    // Every method of a client is a function of its own, so the same names are the same client.
    return Object.fromEntries(Object.keys(given).map((name) => [name, through(name)])) as PersonClient;
  })[0];
}

type Methods = Readonly<Record<string, (...values: unknown[]) => unknown>>;

function useWords({ messages, allMessages }: SpokenProviderProps): {
  messages: FirstMessages;
  fetchWords: (() => Promise<void>) | null;
} {
  const [fetched, setFetched] = useState<{ after: FirstMessages; all: Messages }>();
  const isFirst = allMessages !== undefined;
  const load = useRef(allMessages);
  useEffect(() => {
    load.current = allMessages;
  });
  return useMemo(() => {
    // The first words say which language it is; the function may be another one each time.
    if (fetched?.after === messages) return { messages: fetched.all, fetchWords: null };
    if (!isFirst) return { messages, fetchWords: null };
    const fetchWords = async (): Promise<void> => {
      const all = await load.current?.();
      if (all !== undefined) setFetched({ after: messages, all });
    };
    return { messages, fetchWords };
  }, [messages, isFirst, fetched]);
}

/** Everything that the provider gives; throws outside of one. */
export function useDrawdown(): Drawdown {
  const value = useContext(Context);
  if (value === null) throw new Error('This needs a <DrawdownProvider> above it');
  return value;
}

export type Reading<T> = Loaded<T> & { reload(): void };

/**
 * Reads something of the account, once the balance is known and again at each change of it; with `once`, at once and
 * never again. The key names what is asked: the same key everywhere is one request. `when` false: nothing is asked.
 */
export function useReading<T>(
  key: string,
  load: (drawdown: Drawdown) => Promise<T>,
  { once = false, when = true }: { once?: boolean; when?: boolean } = {},
): Reading<T> {
  const drawdown = useDrawdown();
  const { live } = drawdown;
  const resource = drawdown.resource(key, () => load(drawdown));
  const state = useSyncExternalStore(
    resource.subscribe,
    () => resource.state,
    () => resource.state,
  );
  const version = useSyncExternalStore(
    live.subscribe,
    () => live.state.balance?.version,
    () => undefined,
  );
  useEffect(() => {
    if (when && (once || version !== undefined)) resource.at(once ? 'once' : version);
  }, [once, when, version, resource]);
  return useMemo(() => ({ ...state, reload: resource.reload }), [state, resource]);
}

/** Classes, features with prices, plans, packs and campaigns: read once. */
export function useCatalog(): Reading<Catalog> {
  return useReading('catalog', ({ client }) => client.catalog(), { once: true });
}

/** The catalog's names for people. */
export function useNames(): CatalogNames {
  const { live, names } = useDrawdown();
  const catalog = useCatalog().data;
  const known = useSyncExternalStore(
    live.subscribe,
    () => live.state.balance?.classes,
    () => undefined,
  );
  return useMemo(() => catalogNames(catalog, known, names), [catalog, known, names]);
}
