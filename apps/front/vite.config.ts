import { precompress } from '@rivulet/shell/build/precompress.ts';
import { defineConfig } from 'vite';

/** The front page is plain HTML and the shell's tokens: no script, nothing to wait for. */
export default defineConfig({
  base: './',
  plugins: [precompress()],
  build: { outDir: 'dist', emptyOutDir: true, modulePreload: false },
});
