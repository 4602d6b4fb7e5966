import { mount } from '../shell/mount.tsx';
import { SurfacesDocument } from './surfaces-document.tsx';

mount(<SurfacesDocument />);
