import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './shell.css';

/** Shows a page in its document. */
export function mount(page: ReactNode): void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('The document has no place for the page');
  createRoot(root).render(<StrictMode>{page}</StrictMode>);
}
