import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { Head, Panel } from '../parts/head.tsx';
import { Keys } from './keys.tsx';
import { SignIns } from './sign-ins.tsx';

/** Who is signed in, and which keys there are. */
export function StaffPage(): ReactNode {
  const { t, may } = useConsole();
  return (
    <>
      <Head name={t('section.staff')} lead={t('staff.lead')} />
      <Panel title={t('staff.sessions')}>
        <SignIns />
      </Panel>
      {may('admin') ? (
        <Panel title={t('keys.title')}>
          <Keys />
        </Panel>
      ) : null}
    </>
  );
}
