import { mount } from '../shell/mount.tsx';
import { StudioDocument } from './studio-document.tsx';

mount(<StudioDocument />);
