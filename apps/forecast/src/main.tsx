import '@rivulet/shell/theme.css';
import './ui/forecast.css';
import { registerServiceWorker } from '@rivulet/shell';
import { render } from 'preact';
import { openPage } from './state/page.ts';
import { App, Opening } from './ui/App.tsx';

const root = document.getElementById('app')!;
render(<Opening />, root);
const page = await openPage(new URL('./', location.href).href);
render(<App page={page} />, root);
if (import.meta.env.PROD) void registerServiceWorker({ url: './sw.js', save: page.remember });
