/** A process of its own that opens the embedded database of a directory, says so, and holds it until it is killed. */
import { openEmbedded } from '../../src/store/embedded.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: hold-embedded DIRECTORY');
try {
  const { url, stop } = await openEmbedded({ directory });
  const alive = setInterval(() => undefined, 1_000);
  process.once('SIGTERM', () => {
    clearInterval(alive);
    void stop();
  });
  // Ends as a program does that forgot to stop.
  process.once('SIGUSR2', () => process.exit(0));
  // Last, since whoever reads it may send a signal at once.
  console.log(`open ${url}`);
} catch (error) {
  console.log(String(error));
}
