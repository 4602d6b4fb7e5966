/** The console's own words, in German. */
import type { Words } from './english.ts';
import { accountsInGerman } from './german-accounts.ts';
import { actsInGerman } from './german-acts.ts';
import { auditInGerman } from './german-audit.ts';
import { codesInGerman } from './german-codes.ts';
import { companyInGerman } from './german-company.ts';

export const german: Words = {
  ...accountsInGerman,
  ...actsInGerman,
  ...auditInGerman,
  ...companyInGerman,
  ...codesInGerman,
};
