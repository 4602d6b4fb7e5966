/** What a server that was just started has to show. */
import type { ReactNode } from 'react';
import { servesProduct } from '../shell/products.ts';
import { Shell, useFrame } from '../shell/shell.tsx';
import './home.css';
import { WORDS } from './words.ts';

export function HomeDocument(): ReactNode {
  return (
    <Shell>
      <Content />
    </Shell>
  );
}

const PLACES: readonly {
  href: string;
  word: 'credits' | 'studio' | 'surfaces' | 'console' | 'docs';
  product?: string;
}[] = [
  { href: '/credits', word: 'credits' },
  { href: '/studio', word: 'studio', product: 'studio' },
  { href: '/surfaces', word: 'surfaces', product: 'studio' },
  { href: '/console', word: 'console' },
  { href: '/docs', word: 'docs' },
];

function Content(): ReactNode {
  const { words: frame, language } = useFrame();
  const words = WORDS[language];
  return (
    <div className="home">
      <h1 className="home__title">{words.title}</h1>
      <p className="home__lead">{words.lead}</p>
      <ul className="home__places">
        {PLACES.filter(({ product }) => product === undefined || servesProduct(product)).map(
          ({ href, word }) => (
            <li key={href}>
              <a className="home__place" href={href}>
                <span className="home__name">{frame[word]}</span>
                <span className="home__text">{words[word]}</span>
              </a>
            </li>
          ),
        )}
      </ul>
    </div>
  );
}
