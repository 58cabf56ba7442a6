/** What the hand needs beside the pen. A palm that rests on a button while the pen is near presses nothing. */
import { Icon, type IconName } from '@rivulet/shell';
import { keyNames } from './keyboard.ts';
import type { Notebook } from './notebook.ts';

export interface ToolbarProps {
  readonly notebook: Notebook;
  readonly onOpen: (panel: 'export' | 'help') => void;
}

export function Toolbar({ notebook, onOpen }: ToolbarProps) {
  const { eraser, inkVersion } = notebook;
  const hasInk = inkVersion.value >= 0 && notebook.strokes().length > 0;
  return (
    <fieldset
      class="tools"
      aria-label="Tools"
      onClickCapture={(event) => {
        const byTouch = (event as unknown as PointerEvent).pointerType === 'touch';
        if (byTouch && notebook.pen.penNear(performance.timeOrigin + event.timeStamp))
          event.stopPropagation();
      }}
    >
      <Tool icon="undo" label="Undo" keys="Ctrl + Z" disabled={!notebook.canUndo()} onClick={notebook.undo} />
      <Tool
        icon="redo"
        label="Redo"
        keys="Ctrl + Shift + Z"
        disabled={!notebook.canRedo()}
        onClick={notebook.redo}
      />
      <Tool
        icon="eraser"
        label="Eraser"
        keys="E"
        pressed={eraser.value}
        onClick={() => (eraser.value = !eraser.value)}
      />
      <Tool icon="trash" label="Clear the page" keys="Delete" disabled={!hasInk} onClick={notebook.clear} />
      <span class="gap" />
      <Tool icon="add" label="New note" keys="Alt + N" onClick={() => void notebook.newNote()} />
      <Tool icon="download" label="Export and import" keys="Alt + E" onClick={() => onOpen('export')} />
      <Tool icon="help" label="Help" keys="?" onClick={() => onOpen('help')} />
    </fieldset>
  );
}

interface ToolProps {
  readonly icon: IconName;
  readonly label: string;
  readonly keys: string;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

function Tool({ icon, label, keys, disabled = false, pressed, onClick }: ToolProps) {
  return (
    <button
      type="button"
      class="rv-icon-button"
      aria-label={label}
      title={`${label} (${keyNames(keys).join(' ')})`}
      aria-keyshortcuts={keys.replace('Ctrl', 'Control').replaceAll(' ', '')}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
