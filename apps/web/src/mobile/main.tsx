import { mount } from '../shell/mount.tsx';
import { MobileDocument } from './mobile-document.tsx';

mount(<MobileDocument />);
