/** The paper: two canvases over ruled lines, and buttons to move it for hands that have no wheel. */

import { useSignal } from '@preact/signals';
import { Icon } from '@rivulet/shell';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Notebook } from './notebook.ts';
import { openSurface, type Surface } from './surface.ts';

export interface PaperProps {
  readonly notebook: Notebook;
  readonly onReady: (surface: Surface | undefined) => void;
}

export function Paper({ notebook, onReady }: PaperProps) {
  const paper = useRef<HTMLDivElement>(null);
  const finished = useRef<HTMLCanvasElement>(null);
  const live = useRef<HTMLCanvasElement>(null);
  const surface = useSignal<Surface | undefined>(undefined);
  // Before the paper is painted: who sees it may write on it.
  useLayoutEffect(() => {
    const opened = openSurface(
      { paper: paper.current!, finished: finished.current!, live: live.current! },
      notebook,
    );
    surface.value = opened;
    onReady(opened);
    return () => {
      onReady(undefined);
      opened.dispose();
    };
  }, [notebook]);

  const empty = notebook.inkVersion.value >= 0 && notebook.strokes().length === 0;
  const { canUp, canDown } = surface.value ?? {};
  return (
    <section class="paper" ref={paper} aria-label="Writing surface">
      <canvas ref={finished} />
      <canvas
        ref={live}
        class={notebook.eraser.value ? 'erasing' : ''}
        role="img"
        aria-label={empty ? 'Empty page to write on with pen, finger or mouse' : 'Page with handwriting'}
        data-testid="ink-surface"
      />
      {empty && (
        <p class="hint" aria-hidden="true">
          <span>Write here</span>
          with pen, finger or mouse
        </p>
      )}
      <div class="scroll">
        {canUp?.value && <ScrollButton label="Show what is above" direction={-1} surface={surface.value} />}
        {canDown?.value && <ScrollButton label="More paper below" direction={1} surface={surface.value} />}
      </div>
    </section>
  );
}

function ScrollButton({
  label,
  direction,
  surface,
}: {
  label: string;
  direction: 1 | -1;
  surface: Surface | undefined;
}) {
  return (
    <button
      type="button"
      class="rv-icon-button"
      aria-label={label}
      title={label}
      onClick={() => surface?.scrollPage(direction)}
      data-testid={direction > 0 ? 'scroll-down' : 'scroll-up'}
    >
      <Icon name={direction > 0 ? 'down' : 'up'} />
    </button>
  );
}
