/** What Prometheus asks for: requests, the engine's own counters, and the process. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Engine } from '../engine.ts';
import type { Streams } from './stream.ts';

/** Whoever has more kinds of failures than these looks into the log. */
const MOST_FAILURES = 20;
/** Seconds. A deduction takes a few milliseconds; the last bucket is where a client has long given up. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;

  constructor({ engine, streams }: { engine: Engine; streams: Streams }) {
    const registers = [this.#registry];
    this.#requests = new Histogram({
      name: 'drawdown_http_request_duration_seconds',
      help: 'Requests by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers,
    });
    new Gauge({
      name: 'drawdown_http_streams',
      help: 'Open event streams',
      registers,
      collect() {
        this.set(streams.size);
      },
    });
    this.#addEngine(engine);
    collectDefaultMetrics({ register: this.#registry });
  }

  observe({
    method,
    route,
    status,
    ms,
  }: {
    method: string;
    route: string;
    status: number;
    ms: number;
  }): void {
    this.#requests.observe({ method, route, status }, ms / 1000);
  }

  /** Answers that were our own fault since the start, most of them first. */
  async failures(): Promise<{ method: string; route: string; status: number; count: number }[]> {
    const { values } = await this.#requests.get();
    return values
      .filter(({ metricName, labels }) => metricName?.endsWith('_count') && Number(labels.status) >= 500)
      .map(({ labels: { method, route, status }, value }) => ({
        method: String(method),
        route: String(route),
        status: Number(status),
        count: value,
      }))
      .sort((a, b) => b.count - a.count)
      .slice(0, MOST_FAILURES);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The engine counts by name, and which verbs and outcomes there will be shows only as they happen. */
  #addEngine(engine: Engine): void {
    const registers = [this.#registry];
    new Counter({
      name: 'drawdown_commands_total',
      help: 'Commands by verb and outcome: done, or the code of a refusal',
      labelNames: ['verb', 'outcome'],
      registers,
      collect() {
        this.reset();
        for (const [name, count] of Object.entries(engine.metrics())) {
          const [kind, verb, outcome] = name.split('.');
          if (kind === 'commands' && verb !== undefined && outcome !== undefined)
            this.inc({ verb, outcome }, count);
        }
      },
    });
    new Counter({
      name: 'drawdown_deliveries_total',
      help: 'Deliveries of payment providers by outcome: purchase, other, or the code of a refusal',
      labelNames: ['provider', 'outcome'],
      registers,
      collect() {
        this.reset();
        for (const [name, count] of Object.entries(engine.metrics())) {
          const [kind, provider, outcome] = name.split('.');
          if (kind === 'deliveries' && provider !== undefined && outcome !== undefined)
            this.inc({ provider, outcome }, count);
        }
      },
    });
    new Gauge({
      name: 'drawdown_engine',
      help: "The engine's other figures, by name; those that count start at zero with the process",
      labelNames: ['figure'],
      registers,
      collect() {
        this.reset();
        for (const [figure, value] of Object.entries(engine.metrics())) {
          if (!figure.includes('.')) this.set({ figure }, value);
        }
      },
    });
  }
}
