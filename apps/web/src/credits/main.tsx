import { mount } from '../shell/mount.tsx';
import { CreditsDocument } from './credits-document.tsx';

mount(<CreditsDocument />);
