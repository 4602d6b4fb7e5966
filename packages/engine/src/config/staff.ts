/** How staff sign in where a company's own people do: through OpenID Connect. */
import { ConfigError } from './error.ts';

export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What is written on the button. */
  readonly name: string;
  /** What the provider is asked for, separated by one space. */
  readonly scope: string;
  /** The claim that says what somebody may do: of groups, of roles, or any other. */
  readonly claim: string;
  /** What the claim's values stand for: words that are checked where scopes are known. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
}

type Read = (variable: string) => string | null;

/** All of 127.0.0.0/8 is this machine. */
export const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|(\[)?::1\]?)$/i;

const OPTIONAL = ['CLIENT_ID', 'CLIENT_SECRET', 'NAME', 'SCOPE', 'CLAIM', 'ROLES'];

/** All of it or nothing: a provider that nobody's role is known from would let in nobody, or everybody. */
export function readOidc(read: Read): OidcConfig | null {
  const of = (name: string) => read(`DRAWDOWN_OIDC_${name}`);
  const given = of('ISSUER');
  if (given === null) {
    const other = OPTIONAL.find((name) => of(name) !== null);
    if (other === undefined) return null;
    throw new ConfigError('DRAWDOWN_OIDC_ISSUER', `is required beside DRAWDOWN_OIDC_${other}`);
  }
  const demand = (name: string): string => {
    const value = of(name);
    if (value !== null) return value;
    throw new ConfigError(`DRAWDOWN_OIDC_${name}`, 'is required beside DRAWDOWN_OIDC_ISSUER');
  };
  if (read('DRAWDOWN_PUBLIC_URL') === null) {
    throw new ConfigError('DRAWDOWN_PUBLIC_URL', 'is required beside DRAWDOWN_OIDC_ISSUER');
  }
  const issuer = issuerOf(given);
  const scope = (of('SCOPE') ?? 'openid profile email').split(/\s+/);
  if (!scope.includes('openid')) throw new ConfigError('DRAWDOWN_OIDC_SCOPE', 'must contain openid');
  return {
    issuer: issuer.href,
    clientId: demand('CLIENT_ID'),
    clientSecret: demand('CLIENT_SECRET'),
    name: of('NAME') ?? issuer.hostname,
    scope: scope.join(' '),
    claim: of('CLAIM') ?? 'groups',
    roles: rolesOf(demand('ROLES')),
  };
}

function issuerOf(text: string): URL {
  const wrong = (reason: string) => new ConfigError('DRAWDOWN_OIDC_ISSUER', reason);
  const issuer = URL.canParse(text) ? new URL(text) : null;
  const isPlain = issuer?.search === '' && issuer.hash === '' && issuer.username === '';
  if (issuer === null || !isPlain || !/^https?:$/.test(issuer.protocol)) {
    throw wrong(`must be a URL such as https://login.example.com, not "${text}"`);
  }
  if (issuer.protocol === 'http:' && !LOOPBACK.test(issuer.hostname)) {
    throw wrong('must begin with https://, except on this machine');
  }
  return issuer;
}

/** `support = staff read; admins = admin`. Names of groups may hold spaces, commas and equal signs themselves. */
function rolesOf(text: string): ReadonlyMap<string, readonly string[]> {
  const wrong = (reason: string) => new ConfigError('DRAWDOWN_OIDC_ROLES', reason);
  const roles = new Map<string, readonly string[]>();
  for (const line of text.split(/[;\n]/).filter((one) => one.trim() !== '')) {
    const at = line.lastIndexOf('=');
    const group = line.slice(0, Math.max(at, 0)).trim();
    const scopes = line
      .slice(at + 1)
      .split(/[\s,+]+/)
      .filter((word) => word !== '');
    if (group === '' || scopes.length === 0) {
      throw wrong(`must list roles such as support = staff read; admins = admin, not "${line.trim()}"`);
    }
    if (roles.has(group)) throw wrong(`names "${group}" twice`);
    roles.set(group, scopes);
  }
  if (roles.size === 0) throw wrong('must list roles such as support = staff read; admins = admin');
  return roles;
}

/** Where people find the server: an origin, and nothing that anybody between could read along. */
export function readPublicUrl(read: Read): string | null {
  const text = read('DRAWDOWN_PUBLIC_URL');
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin = url !== null && (text === url.origin || text === `${url.origin}/`);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (isOrigin && isSafe) return url.origin;
  throw new ConfigError(
    'DRAWDOWN_PUBLIC_URL',
    `must be an origin such as https://credits.example.com, and http only on this machine, not "${text}"`,
  );
}

/** Staff sign in once before noon and once after it; a screen that was left alone is signed out over lunch. */
const STAFF_SESSION_MINUTES = 240;
/** A day: who has left the company in the morning has left the console by the next. */
const MAX_STAFF_SESSION_MINUTES = 1_440;

export function readStaffSessionMinutes(read: Read): number {
  const value = read('DRAWDOWN_STAFF_SESSION_MINUTES');
  if (value === null) return STAFF_SESSION_MINUTES;
  const minutes = Number(value);
  if (/^\d{1,4}$/.test(value) && minutes >= 5 && minutes <= MAX_STAFF_SESSION_MINUTES) return minutes;
  throw new ConfigError(
    'DRAWDOWN_STAFF_SESSION_MINUTES',
    `must be a number from 5 to ${MAX_STAFF_SESSION_MINUTES}, not "${value}"`,
  );
}

export interface ApprovalConfig {
  readonly accountLimit: string | null;
  readonly staffLimit: string | null;
  /** How long an act waits for a second person. */
  readonly waitMs: number;
}

/** Over a weekend and a holiday. */
const WAIT_HOURS = 168;
/** A quarter: what nobody has looked at by then, nobody remembers. */
const MAX_WAIT_HOURS = 2_160;

function readWaitHours(read: Read): number {
  const value = read('DRAWDOWN_APPROVAL_WAIT_HOURS');
  if (value === null) return WAIT_HOURS;
  const hours = Number(value);
  if (/^\d{1,4}$/.test(value) && hours >= 1 && hours <= MAX_WAIT_HOURS) return hours;
  throw new ConfigError(
    'DRAWDOWN_APPROVAL_WAIT_HOURS',
    `must be a number from 1 to ${MAX_WAIT_HOURS}, not "${value}"`,
  );
}

/** Plain decimals of credits; whether the catalog's scale has as many digits is asked where it is known. */
export function readApprovals(read: Read): ApprovalConfig {
  const limit = (variable: string): string | null => {
    const value = read(variable);
    if (value === null || /^(0|[1-9]\d{0,14})(\.\d{1,6})?$/.test(value)) return value;
    throw new ConfigError(variable, `must be an amount of credits such as 1000, not "${value}"`);
  };
  return {
    accountLimit: limit('DRAWDOWN_APPROVAL_ACCOUNT_LIMIT'),
    staffLimit: limit('DRAWDOWN_APPROVAL_STAFF_LIMIT'),
    waitMs: readWaitHours(read) * 3_600_000,
  };
}
