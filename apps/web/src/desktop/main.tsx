import { mount } from '../shell/mount.tsx';
import { DesktopDocument } from './desktop-document.tsx';
import { keepForOffline } from './offline.ts';

mount(<DesktopDocument />);
// After the page: what it loads first is what is kept. Where a browser keeps nothing, the app needs its connection.
addEventListener('load', () => void keepForOffline().catch(() => undefined));
