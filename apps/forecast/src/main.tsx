import { render } from 'preact';
import { App } from './ui/App.tsx';
import { openPage } from './ui/page.ts';
import './ui/forecast.css';

const page = await openPage(new URL('./', location.href).href);
render(<App page={page} />, document.getElementById('app')!);
