/** Acts that wait for a second person, and what staff did. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, parameter, stated } from './command.ts';
import { CURSOR_OPTION, pageOption, pageText } from './paging.ts';
import { credits } from './show.ts';

const APPROVAL = ['<approval>', 'apr_…'] as const;
const REASON = ['--reason <text>', 'why; kept in the audit log'] as const;
const RIGHT = 'right' as const;

/** A campaign without a budget has no end. */
const sizeText = (size: number | null): string => (size === null ? 'any number of credits' : credits(size));

function text(one: wire.Approval): string {
  const decided =
    one.decided_by === null ? '' : ` by ${one.decided_by.name} at ${one.decided_at}: ${one.decision_reason}`;
  const waits = one.state === 'pending' ? `, until ${one.expires_at}` : decided;
  const where = one.account === null ? (one.campaign ?? '') : `on ${one.account}`;
  return [
    `${one.id}: ${one.act} of ${sizeText(one.size)} ${where}, ${one.state}${waits}.`,
    `Asked for by ${one.requested_by.name} at ${one.created_at}: ${one.reason ?? 'no reason is kept'}`,
  ].join('\n');
}

const list: ClientCommand = {
  name: 'approvals list',
  summary: 'List acts that wait for a second person, newest first',
  options: [
    ['--all', 'those that are decided too'],
    ['--expired', 'those that nobody decided on in time'],
    ['--account <account>', 'of one account'],
    ['--asked-by <id>', 'by one of the staff: key_… or oidc_…'],
    CURSOR_OPTION,
  ],
  target: { staff: true },
  run: async ({ client, options, output }) => {
    const page = await client.listApprovals({
      ...pageOption(options),
      state: options.flag('all') ? 'all' : options.flag('expired') ? 'expired' : 'pending',
      ...stated({ account: options.text('account'), asked_by: options.text('asked-by') }),
    });
    output.answer(page, () => {
      const columns = ['approval', 'to', 'act', 'size', 'by', 'state', 'until'];
      const rows = page.data.map((one) => [
        one.id,
        one.account ?? one.campaign ?? '-',
        one.act,
        one.size === null ? 'no end' : String(one.size),
        one.requested_by.name,
        one.state,
        one.expires_at,
      ]);
      const table = output.table(
        columns.map((title) => ({ title, ...(title === 'size' ? { align: RIGHT } : {}) })),
        rows,
      );
      return pageText(page, 'Nothing waits for a second person.', () => table);
    });
    return undefined;
  },
};

const show: ClientCommand = {
  name: 'approvals show',
  summary: 'Show an act that waits, or waited, for a second person',
  parameters: [APPROVAL],
  target: { staff: true },
  run: async (invocation) => {
    const one = await invocation.client.getApproval(parameter(invocation, 0));
    invocation.output.answer(one, () => text(one));
    return undefined;
  },
};

const approve: ClientCommand = {
  name: 'approvals approve',
  summary: 'Do what somebody else asked for; refused where it would do something else by now than is shown',
  parameters: [APPROVAL],
  options: [REASON, ['--preview', 'only show what it would do now']],
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const approval = parameter(invocation, 0);
    const shown = await client.previewApproval(approval);
    const change =
      shown.act === 'start_campaign'
        ? shown.campaign.id
        : `${shown.account}: ${shown.before.total} → ${shown.after.total} credits`;
    if (options.flag('preview')) {
      output.answer(shown, () => `${change}, by ${shown.act} of ${sizeText(shown.size)}.`);
      return undefined;
    }
    const body = { reason: options.demand('reason'), preview: shown.preview };
    const done = await client.approve(approval, body);
    output.answer(done, () => `Done: ${change}.\n${done.approval === null ? '' : text(done.approval)}`);
    return undefined;
  },
};

const closing = (verb: 'reject' | 'withdraw', summary: string): ClientCommand => ({
  name: `approvals ${verb}`,
  summary,
  parameters: [APPROVAL],
  options: [REASON],
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const one = await client[verb](parameter(invocation, 0), { reason: options.demand('reason') });
    output.answer(one, () => text(one));
    return undefined;
  },
});

const audit: ClientCommand = {
  name: 'audit',
  summary: 'List everything that staff and admins did, newest first',
  options: [
    ['--account <account>', 'to one account'],
    ['--staff <id>', 'by one of the staff: key_… or oidc_…'],
    ['--act <act>', 'grant, adjust, create_key, stop_campaign, sign_in, …'],
    ['--subject <id>', 'to a key, a campaign, an endpoint, a session, a settlement'],
    ['--from <time>', 'at or after'],
    ['--to <time>', 'before'],
    ['--csv', 'all of it as a table, instead of a page'],
    CURSOR_OPTION,
  ],
  target: { staff: true },
  run: async ({ client, options, output }) => {
    const wanted = stated({
      account: options.text('account'),
      staff: options.text('staff'),
      act: options.text('act') as wire.AuditedAct | undefined,
      subject: options.text('subject'),
      from: options.text('from'),
      to: options.text('to'),
    });
    if (options.flag('csv')) {
      process.stdout.write(await client.auditCsv(wanted));
      return undefined;
    }
    const page = await client.listAudit({ ...wanted, ...pageOption(options) });
    output.answer(page, () => {
      const columns = ['at', 'to', 'act', 'size', 'by', 'approved by', 'why'];
      const rows = page.data.map((one) => [
        one.at,
        one.subject ?? one.account ?? '-',
        one.act,
        String(one.size),
        one.staff.name,
        one.approved_by?.name ?? '-',
        one.reason ?? '-',
      ]);
      const table = output.table(
        columns.map((title) => ({ title, ...(title === 'size' ? { align: RIGHT } : {}) })),
        rows,
      );
      return pageText(page, 'Nothing.', () => table);
    });
    return undefined;
  },
};

export const approvalCommands: readonly ClientCommand[] = [
  list,
  show,
  approve,
  closing('reject', 'Refuse what somebody else asked for'),
  closing('withdraw', 'Take back what one asked for'),
  audit,
];
