import { useConsole } from '../console-context.ts';
import type { Word } from '../words/english.ts';

/** By the system's code of what went wrong with a connection. */
const CONNECTION: Readonly<Record<string, Word>> = {
  ENOTFOUND: 'delivery_error.unknown_host',
  EAI_AGAIN: 'delivery_error.unknown_host',
  ECONNREFUSED: 'delivery_error.refused',
  ECONNRESET: 'delivery_error.reset',
  ETIMEDOUT: 'delivery_error.timeout',
  CERT_HAS_EXPIRED: 'delivery_error.certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'delivery_error.certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'delivery_error.certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'delivery_error.certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'delivery_error.certificate',
};

/** What the server notes of an attempt, by how its sentence begins. */
const SAID: readonly (readonly [string, Word])[] = [
  ['timed out', 'delivery_error.timeout'],
  ['the name leads', 'delivery_error.private'],
  ['the URL', 'delivery_error.url'],
  ['it could not be sent', 'delivery_error.unsent'],
];

/** What a receiver answered, or why it was not reached, in the page's words; what is not known here stays as it is. */
export function useDeliveryError(): (of: { status: number | null; error: string | null }) => string {
  const { t } = useConsole();
  return ({ status, error }) => {
    const answered = status ?? /^answered (\d+)$/.exec(error ?? '')?.[1];
    if (answered !== undefined) return t('delivery_error.status', { status: String(answered) });
    const [isConnection, code = ''] = /^the connection failed(?:: (\w+))?$/.exec(error ?? '') ?? [];
    if (isConnection !== undefined) {
      return t(CONNECTION[code] ?? (code === '' ? 'delivery_error.reset' : 'delivery_error.connection'), {
        code,
      });
    }
    const word = SAID.find(([begin]) => error?.startsWith(begin))?.[1];
    return word === undefined ? (error ?? '') : t(word);
  };
}
