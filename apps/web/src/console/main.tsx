import { mount } from '../shell/mount.tsx';
import { ConsoleDocument } from './console-document.tsx';
import './console.css';

mount(<ConsoleDocument />);
