import '@rivulet/shell/theme.css';
import './ui/forecast.css';
import { registerServiceWorker } from '@rivulet/shell';
import { options, render } from 'preact';
import { openPage } from './state/page.ts';
import { App, Opening } from './ui/App.tsx';

// A step brings new values, and within the same frame the forecasts they asked for: all of it is one picture.
options.debounceRendering = requestAnimationFrame;

const root = document.getElementById('app')!;
render(<Opening />, root);
// No `await` at the top: the bundler would then part what belongs together into many small files.
void openPage(new URL('./', location.href).href).then((page) => {
  render(<App page={page} />, root);
  if (import.meta.env.PROD) {
    // It fetches every file for later visits; what the first forecast waits for goes first.
    void page.modelTried.then(() => registerServiceWorker({ url: './sw.js', save: page.remember }));
  }
});
