import { engineTarget } from '../../src/scenario/engine-target.ts';
import { scenariosAt } from './layer.ts';
import { openEngine } from './open-engine.ts';

// On the embedded server, or on another PostgreSQL where DATABASE_URL names one.
scenariosAt('the engine', async (catalog) => {
  const { engine, resetClock, close } = await openEngine(catalog);
  return {
    begin: async () => {
      await resetClock();
      return engineTarget(engine);
    },
    close,
  };
});
