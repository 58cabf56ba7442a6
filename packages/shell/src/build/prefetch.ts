/**
 * A Vite plugin that names in the page's head what its scripts will ask for last: worker, manifest, model. They
 * are then on their way beside the scripts instead of one after the other. `prefetch` and not `preload`, because
 * the worker asks for them and not the document, which would warn of preloads it never used.
 */
import type { HtmlTagDescriptor, Plugin } from 'vite';

/** @param wanted matches the built files' paths. */
export function prefetch(wanted: RegExp): Plugin {
  return {
    name: 'rivulet-prefetch',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {} }): HtmlTagDescriptor[] =>
        Object.keys(bundle)
          .filter((file) => wanted.test(file))
          .map((file) => ({ tag: 'link', attrs: { rel: 'prefetch', href: `./${file}` }, injectTo: 'head' })),
    },
  };
}
