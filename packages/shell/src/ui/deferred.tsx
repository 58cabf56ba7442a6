/** Parts of a page that its first view does not need, fetched when they are first shown. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { toast } from '../toast/toast.ts';

/**
 * Shows nothing until the part has come. A fetch that failed is told, and forgotten: the next showing tries again.
 * @param load fetches the component, as `() => import('./Part.tsx').then(({ Part }) => Part)`.
 */
export function deferred<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): (props: Props) => preact.JSX.Element | null {
  const loaded = signal<ComponentType<Props> | undefined>(undefined);
  return function Deferred(props) {
    useEffect(() => {
      if (loaded.peek()) return;
      load().then(
        (component) => {
          loaded.value = component;
        },
        () => toast('This part of the page could not be loaded. Check the connection.'),
      );
    }, []);
    const Part = loaded.value;
    return Part ? <Part {...props} /> : null;
  };
}
