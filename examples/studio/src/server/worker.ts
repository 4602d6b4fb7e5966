/** One job in a thread of its own, so that no request waits while pixels are counted. */
import { parentPort, workerData } from 'node:worker_threads';
import { perform, type Result, type Task } from './work.ts';

export interface Order {
  readonly task: Task;
  /** It breaks half-way, so that people can see what a failure costs: nothing. */
  readonly fail: boolean;
}

export type Message =
  | { readonly progress: number }
  | { readonly result: Result }
  | { readonly error: { readonly name: string; readonly message: string } };

/** Where a job that is made to fail does. */
const BREAKS_AT = 0.5;

const { task, fail } = workerData as Order;
const say = (message: Message): void => parentPort?.postMessage(message);

class BrokenOnRequest extends Error {
  override readonly name = 'BrokenOnRequest';
}

try {
  const result = perform(task, (progress) => {
    if (fail && progress >= BREAKS_AT) throw new BrokenOnRequest('This job was made to fail');
    say({ progress });
  });
  // A script is written in one go.
  if (fail) throw new BrokenOnRequest('This job was made to fail');
  say({ result });
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  say({ error: { name, message } });
}
