import { mount } from '../shell/mount.tsx';
import { HomeDocument } from './home-document.tsx';

mount(<HomeDocument />);
