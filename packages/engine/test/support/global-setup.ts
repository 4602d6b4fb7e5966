/** One PostgreSQL server for the whole run: the embedded one in a temporary directory, or `DATABASE_URL`. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { openEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { dropFree, type Pristine, pristineOf } from './recycle.ts';
import { createDatabase, databaseUrl, dropDatabase, withDatabase } from './server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server, at a database that tests leave alone. */
    serverUrl: string;
    /** A migrated database to copy; null when it could not be made, and then the reason is in `templateError`. */
    template: string | null;
    /** What is in the template, to make it again of a database that was used. */
    pristine: Pristine | null;
    templateError: string | null;
  }
}

const MIGRATIONS = fileURLToPath(new URL('../../sql', import.meta.url));

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  const template = `drawdown_template_${randomBytes(6).toString('hex')}`;
  const made = await makeTemplate(server.url, template);
  project.provide('serverUrl', server.url);
  project.provide('template', typeof made === 'string' ? null : template);
  project.provide('pristine', typeof made === 'string' ? null : made);
  project.provide('templateError', typeof made === 'string' ? made : null);
  return async () => {
    await dropFree({ server: server.url, template });
    await dropDatabase(server.url, template);
    await server.stop();
  };
}

async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const url = process.env.DATABASE_URL;
  if (url !== undefined && url !== '') return { url, stop: async () => undefined };
  const directory = await mkdtemp(join(tmpdir(), 'drawdown-test-'));
  // A root process runs the server as another user, who must be able to pass.
  await chmod(directory, 0o711);
  const embedded = await openEmbedded({ directory });
  return {
    url: embedded.url,
    stop: async () => {
      await embedded.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What the template holds. A migration that does not apply fails the tests that need the schema, not those that do not. */
async function makeTemplate(serverUrl: string, template: string): Promise<Pristine | string> {
  await createDatabase(serverUrl, template);
  try {
    return await withDatabase(databaseUrl(serverUrl, template), async (database) => {
      await migrate(database, MIGRATIONS);
      return await pristineOf(database);
    });
  } catch (error) {
    return String(error);
  }
}
