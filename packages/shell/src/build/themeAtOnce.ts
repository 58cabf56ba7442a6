/**
 * A Vite plugin that shows the theme a person chose from the first paint on: modules run after it, and a white
 * flash in a dark room is no welcome. The one inline script of the page, allowed by its hash.
 */
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';
import { THEME_KEY } from '../theme/themeKey.ts';

const SCRIPT =
  `try{const t=localStorage.getItem('${THEME_KEY}');` +
  `if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}`;
const HASH = `'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`;
/** The page's content security policy says which scripts may run; the apps' pages all have this part. */
const POLICY = "script-src 'self'";

/** Comes after the policy and before the stylesheet. */
const TITLE = '<title>';

/** @throws where the page has no `script-src 'self'`, which would block the script unseen, or no title to put it before. */
export function themeAtOnce(): Plugin {
  return {
    name: 'rivulet-theme-at-once',
    transformIndexHtml(html) {
      if (!html.includes(POLICY)) throw new Error(`the page's policy has no ${POLICY}`);
      // Before the stylesheet: a script behind one waits for it, and with it all that the head names after that.
      if (!html.includes(TITLE)) throw new Error(`the page's head has no ${TITLE}`);
      return html
        .replace(POLICY, `${POLICY} ${HASH}`)
        .replace(TITLE, `<script>${SCRIPT}</script>\n    ${TITLE}`);
    },
  };
}
