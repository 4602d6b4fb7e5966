/** Who of the staff is signed in to the console. */
import { type ClientCommand, parameter } from './command.ts';
import { CURSOR_OPTION, pageOption, pageText } from './paging.ts';

const list: ClientCommand = {
  name: 'staff sessions',
  summary: 'List who of the staff is signed in to the console, newest first',
  options: [CURSOR_OPTION],
  target: { staff: true },
  run: async ({ client, options, output }) => {
    const page = await client.listStaffSessions(pageOption(options));
    output.answer(page, () => {
      const table = output.table(
        ['session', 'who', 'id', 'by', 'since', 'last used', 'until'].map((title) => ({ title })),
        page.data.map((one) => [
          one.id,
          one.staff.name,
          one.staff.id,
          one.by,
          one.signed_in_at,
          one.last_used_at ?? '-',
          one.expires_at,
        ]),
      );
      return pageText(page, 'Nobody is signed in.', () => table);
    });
    return undefined;
  },
};

const end: ClientCommand = {
  name: 'staff end-session',
  summary: 'End a session of the console at once',
  parameters: [['<session>', 'the id: sts_…']],
  target: { staff: true },
  run: async (invocation) => {
    const { client, output } = invocation;
    const one = await client.endStaffSession(parameter(invocation, 0));
    output.answer(one, () => `${one.staff.name} is signed out since ${one.ended_at}.`);
    return undefined;
  },
};

export const staffSessionCommands: readonly ClientCommand[] = [list, end];
