import { registerServiceWorker } from '@rivulet/shell';
import { render } from 'preact';
import { App } from './ui/App.tsx';
import { openNotebook } from './ui/notebook.ts';
import './ui/handwriting.css';

// No `await` at the top: the bundler would then part what belongs together into many small files.
void openNotebook(new URL('models/', document.baseURI).href).then((notebook) => {
  render(<App notebook={notebook} />, document.getElementById('app')!);

  // A tab may be killed without a word; these are the last moments at which a page hears anything.
  addEventListener('pagehide', () => notebook.flush());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') notebook.flush();
  });

  if (import.meta.env.PROD) {
    // It fetches every file for later visits; what the first word waits for goes first.
    void notebook.modelTried.then(() => registerServiceWorker({ url: 'sw.js', save: () => notebook.save() }));
  }
});
