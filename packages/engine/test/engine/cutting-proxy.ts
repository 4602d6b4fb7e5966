/** Stands between an engine and PostgreSQL and cuts the connection, or lets it stand still, at the worst moments. */
import { connect, createServer, type Server, type Socket } from 'node:net';

/** `before`: the commit never arrives. `after`: it is done, and its answer never arrives. */
export type Cut = 'before' | 'after';

/** In a Bind message: the unnamed portal, then the statement's name. */
const COMMIT_SENT = Buffer.from('\0commit\0');
/** The server's word in CommandComplete. */
const COMMIT_DONE = Buffer.from('COMMIT\0');

export class CuttingProxy {
  readonly #upstream: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #armed: Cut | null = null;
  #halt: { readonly at: Cut; left: number; readonly reached: () => void } | null = null;
  cuts = 0;

  private constructor(upstream: URL) {
    this.#upstream = upstream;
    this.#server = createServer((client) => this.#join(client));
  }

  static async open(url: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(new URL(url));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The database's address through this proxy. */
  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    const { username, password, pathname } = this.#upstream;
    return `postgres://${username}:${password}@127.0.0.1:${address.port}${pathname}`;
  }

  /** The next commit that passes is cut off. */
  arm(cut: Cut): void {
    this.#armed = cut;
  }

  /**
   * Answers once the `nth` commit from now is reached: its connection stands still there, so that whoever is behind it can be
   * killed at that stage.
   */
  halt(at: Cut, nth: number): Promise<void> {
    return new Promise((reached) => {
      this.#halt = { at, left: nth, reached };
    });
  }

  /** Lets every commit pass that comes from now on. */
  pass(): void {
    this.#halt = null;
  }

  /** Whether a connection is to stand still here. */
  #halts(cut: Cut): boolean {
    const halt = this.#halt;
    if (halt?.at !== cut) return false;
    halt.left -= 1;
    if (halt.left > 0) return false;
    this.#halt = null;
    halt.reached();
    return true;
  }

  #join(client: Socket): void {
    const { hostname, port } = this.#upstream;
    const host = decodeURIComponent(hostname);
    const server = host.startsWith('/')
      ? connect(`${host}/.s.PGSQL.${port || 5432}`)
      : connect(Number(port || 5432), host);
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', end).on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    let isHalted = false;
    const pass = (to: Socket, cut: Cut, sign: Buffer) => (chunk: Buffer) => {
      isHalted ||= chunk.includes(sign) && this.#halts(cut);
      if (isHalted) return;
      if (this.#armed !== cut || !chunk.includes(sign)) {
        to.write(chunk);
        return;
      }
      this.#armed = null;
      this.cuts += 1;
      end();
    };
    client.on('data', pass(server, 'before', COMMIT_SENT));
    server.on('data', pass(client, 'after', COMMIT_DONE));
  }

  /** Cuts every connection there is. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cutAll();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
