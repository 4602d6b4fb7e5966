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
  word: keyof (typeof WORDS)['en']['places'];
  product?: string;
}[] = [
  { href: '/credits', word: 'credits' },
  { href: '/studio', word: 'studio', product: 'studio' },
  { href: '/surfaces', word: 'surfaces', product: 'studio' },
  { href: '/desktop', word: 'desktop', product: 'studio' },
  { href: '/mobile', word: 'mobile', product: 'studio' },
  { href: '/console', word: 'console' },
  { href: '/docs', word: 'docs' },
];

function Content(): ReactNode {
  const { language } = useFrame();
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
                <span className="home__name">{words.places[word].name}</span>
                <span className="home__text">{words.places[word].text}</span>
              </a>
            </li>
          ),
        )}
      </ul>
    </div>
  );
}
