/**
 * Sessions for the pages of a server that nobody has set up yet. No page ever holds a key, so the server itself says
 * who is there: one of its own demonstration accounts, on the surface that the page shows, to a page of its own, on
 * this machine. Everything about the request is checked, not only that the process listens on a loopback address:
 * a proxy or a tunnel on this machine may carry strangers there.
 */
import type { DemonstrationSessionRequest, Session } from '@drawdown/client';
import type { FastifyRequest } from 'fastify';
import { isDemonstration } from '../demonstration.ts';
import type { Engine } from '../engine.ts';
import { DrawdownError } from '../errors.ts';
import { isLoopback } from '../loopback.ts';
import { MAX_TEAMS } from './schemas/access.ts';
import type { Sessions } from './sessions.ts';

/** Long enough for a look around, short enough that a token left behind is of no use. */
const SESSION_SECONDS = 900;

/**
 * What a proxy, a tunnel or a network in front of a server adds to say for whom it asks, or that it does: somebody else
 * is asking then. By form rather than one by one, since each of them has names of its own (`CF-Connecting-IP`,
 * `True-Client-IP`, `X-Envoy-External-Address`, …) and a browser sends none that looks like them.
 */
const FORWARDED =
  /^(via|cdn-loop|cf-.+|fly-.+|ngrok-.+|tailscale-.+|x-(amz|amzn|appengine|azure|envoy|original|vercel)-.+|.*forwarded.*|.*proxy.*|(.+-)?(client-?|source-?|remote-?)?(ip|addr|address))$/;

type Asked = Pick<FastifyRequest, 'headers'> & { socket: { remoteAddress?: string | undefined } };

export class Demonstration {
  readonly #engine: Engine;
  readonly #sessions: Sessions;

  constructor({ engine, sessions }: { engine: Engine; sessions: Sessions }) {
    this.#engine = engine;
    this.#sessions = sessions;
  }

  /** A session of a demonstration account; throws 403 `forbidden` for anybody but a page of this server here. */
  async session(
    request: Asked,
    { account, surface, teams: asked }: DemonstrationSessionRequest,
  ): Promise<Session> {
    refuseStrangers(request);
    for (const one of [account, ...(asked ?? [])]) await this.#requireDemonstration(one);
    const teams = asked ?? (await this.#teamsOf(account));
    return await this.#sessions.issue({ account, surface, teams, ttl_seconds: SESSION_SECONDS });
  }

  /** Those of the demonstration that the account is a member of. */
  async #teamsOf(account: string): Promise<string[]> {
    const { data } = await this.#engine.members.teamsOf(account, { limit: MAX_TEAMS });
    const marked = await Promise.all(
      data.map(async ({ team }) => isDemonstration((await this.#engine.getAccount(team)).metadata)),
    );
    return data.map(({ team }) => team).filter((_, index) => marked[index] === true);
  }

  async #requireDemonstration(account: string): Promise<void> {
    const { metadata } = await this.#engine.getAccount(account);
    // As for an account that is not there: what a product named so is none of this page's business.
    if (!isDemonstration(metadata)) throw new DrawdownError('account_not_found');
  }
}

/** Throws unless a page of this very server, in a browser on this machine, asks directly. */
function refuseStrangers({ headers, socket }: Asked): void {
  const refused = (why: string) => new DrawdownError('forbidden', `Demonstration sessions: ${why}`);
  if (!isLoopback(socket.remoteAddress ?? '')) throw refused('only for this machine');
  if (Object.keys(headers).some((name) => FORWARDED.test(name))) throw refused('not through a proxy');
  // A name that somebody else resolves to this machine would make any page one "of this server".
  const host = headers.host ?? '';
  if (!URL.canParse(`http://${host}`) || !isLoopback(new URL(`http://${host}`).hostname)) {
    throw refused('only under an address of this machine');
  }
  if (headers.origin !== `http://${host}`) throw refused('only for pages of this server');
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') throw refused('only for pages of this server');
}
