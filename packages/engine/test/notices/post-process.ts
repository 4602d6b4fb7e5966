/** Posts once, in a process that was started with the authorities that it trusts, and says what came of it. */
import { post } from '../../src/notices/post.ts';

const message = { headers: { 'webhook-id': 'ntc_1' }, body: JSON.stringify({ type: 'test', data: {} }) };
const setting = { allowLoopback: true, timeoutMs: 10_000 };
console.log(JSON.stringify(await post(process.argv[2] as string, message, setting)));
