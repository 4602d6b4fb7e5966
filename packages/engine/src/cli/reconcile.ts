/** Purchases and plans against what the payment providers know. Works beside a running server. */
import type { Reconciled } from '../sources/reconciliation.ts';
import type { ProcessCommand } from './command.ts';
import { CommandError, EXIT } from './exit.ts';
import { DATABASE_OPTIONS } from './process.ts';

export const reconcileCommand: ProcessCommand = {
  name: 'reconcile',
  summary: 'Compare purchases and plans with the payment provider and take in what never arrived',
  options: [
    ['--since <time>', 'purchases that were made and plans that ran then or later; default: all'],
    ['--dry-run', 'only say what differs'],
    ...DATABASE_OPTIONS,
  ],
  help: `Looks at every purchase, at every plan that a provider charges for, and at what the providers know of lately: checkouts
at Stripe, the App Store's notifications of half a year, what Google Play voided within thirty days. The App Store is asked with its key. A repair goes
the way of the event that was missed, so running it twice, or beside a delivery that comes after all, changes nothing more.
Ends with 0 where all is the same; with 8 where something was taken in and nothing is left to do; with 7 where something is left
to a person: what a dry run finds, what was paid again, a payment without its purchase; with 1 where a provider refused, knew
nothing of a checkout, or could not be asked.`,
  target: null,
  run: async ({ config, options, output }) => {
    const since = instantOf(options.text('since'));
    const repair = !options.flag('dry-run');
    const [{ readLedger }, { configuredCatalog, paymentsOf }, { Engine }] = await Promise.all([
      import('./ledger.ts'),
      import('./server.ts'),
      import('../engine.ts'),
    ]);
    const catalog = await configuredCatalog(config);
    return readLedger(config, async (database) => {
      const payments = paymentsOf(config);
      const { testClock, allowUnsafe } = config;
      const engine = await Engine.open({ database, catalog, payments, testClock, allowUnsafe, sweep: false });
      try {
        const found: Reconciled[] = [];
        for await (const one of engine.purchases.reconcile({ since, repair })) found.push(one);
        const worth = found.filter(({ result }) => result !== 'same' && result !== 'unasked');
        output.answer({ looked_at: found.length, purchases: worth }, () => {
          const lines = worth.map(
            ({ purchase, subscription, account, provider, result, before, after, reason }) => {
              const change = before === after ? before : `${before} → ${after}`;
              const whose = account === '' ? provider : `${provider}, account ${account}`;
              return `${result.padEnd(10)}  ${purchase ?? subscription ?? '-'}  ${whose}: ${[change, reason].filter(Boolean).join(', ')}`;
            },
          );
          const asked = found.filter(({ result }) => result !== 'unasked').length;
          lines.push(
            `${found.length} purchases and plans, ${asked} of them at a provider that can be asked.`,
          );
          return lines.join('\n');
        });
        return exitOf(worth.map(({ result }) => result));
      } finally {
        await engine.close();
      }
    });
  },
};

/** The worst that was found says how it ends, so that a repair is told only where nothing else is left to do. */
function exitOf(results: readonly Reconciled['result'][]): number {
  const open: readonly Reconciled['result'][] = ['differs', 'missing', 'paid_again'];
  const isOpen = (one: Reconciled['result']) => open.includes(one);
  if (results.some((one) => one !== 'repaired' && !isOpen(one))) return EXIT.failed;
  if (results.some(isOpen)) return EXIT.faults;
  return results.length > 0 ? EXIT.repaired : EXIT.ok;
}

function instantOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const instant = Date.parse(text);
  if (Number.isFinite(instant)) return instant;
  throw new CommandError('usage', `--since must be a time such as 2026-03-25T10:00:00Z, not "${text}"`);
}
