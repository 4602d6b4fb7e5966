import { CoreTarget } from './core-target.ts';
import { scenariosAt } from './layer.ts';

scenariosAt('the pure core', async (catalog) => new CoreTarget(catalog));
