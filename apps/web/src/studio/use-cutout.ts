import { useEffect, useState } from 'react';
import { useBench } from './bench.tsx';
import { type Pixels, pixelsOf } from './pixels.ts';

export interface Cutout {
  /** For as long as the page shows it. */
  readonly url: string;
  readonly pixels: Pixels;
}

/** What was cut out of the project's picture, from whichever device; null while there is nothing. */
export function useCutout(): Cutout | null {
  const { api, live, view } = useBench();
  const { cutout, picture } = view.project;
  const at = cutout !== null && cutout.picture === picture ? cutout.at : null;
  const [loaded, setLoaded] = useState<{ at: string; cutout: Cutout } | null>(null);
  useEffect(() => {
    if (at === null) return;
    let url: string | null = null;
    let left = false;
    api
      .cutout(live.id)
      .then(async (file) => {
        const pixels = await pixelsOf(file);
        if (left) return;
        url = URL.createObjectURL(file);
        setLoaded({ at, cutout: { url, pixels } });
      })
      // It is asked for again when the project changes; until then there is none to show.
      .catch(() => undefined);
    return () => {
      left = true;
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [api, live, at]);
  return at !== null && loaded?.at === at ? loaded.cutout : null;
}
