import { CoreTarget } from './core-target.ts';
import { scenariosAt } from './layer.ts';

scenariosAt('the pure core', async (catalog) => ({
  begin: async () => new CoreTarget(catalog),
  close: async () => undefined,
}));
