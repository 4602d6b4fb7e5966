/** RFC 9457, as every refusal is answered. */
import { z } from 'zod';

export const problem = z
  .looseObject({
    type: z.string().meta({ examples: ['urn:drawdown:problem:insufficient_credits'] }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'What a client switches on.' }),
    detail: z.string().meta({ description: 'A sentence for people.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. Typed details stand beside the members named here.' });
