/** Everything a note can become, and the way a note comes back in. */

import { RivuletError } from '@rivulet/core';
import { Icon, type IconName, ModalDialog, toast } from '@rivulet/shell';
import { inkToPng } from '../canvas/inkToPng.ts';
import { inkToSvg } from '../canvas/inkToSvg.ts';
import { MAX_FILE_BYTES, writeInkFile } from '../store/inkFile.ts';
import { copyText } from './copyText.ts';
import type { Notebook } from './notebook.ts';
import { noteTitle } from './noteTitle.ts';
import { saveFile } from './saveFile.ts';
import { useAttempt } from './useAttempt.tsx';

export function ExportDialog({ notebook, onClose }: { notebook: Notebook; onClose: () => void }) {
  const { attempt, problem } = useAttempt();
  const strokes = notebook.strokes();
  const text = notebook.text.value;
  const name = fileName(noteTitle(notebook.current.value));

  const attemptAndClose = (make: () => Promise<void> | void) =>
    void attempt(async () => {
      await make();
      onClose();
    });
  const save = (extension: string, type: string, make: () => string | Blob | Promise<Blob>) => () =>
    attemptAndClose(async () => saveFile(`${name}.${extension}`, new Blob([await make()], { type })));
  const importFile = (file: File | undefined) => {
    if (!file) return;
    attemptAndClose(async () => {
      if (file.size > MAX_FILE_BYTES) {
        throw new RivuletError('INK_INVALID', 'the file is too large', {
          bytes: file.size,
          limit: MAX_FILE_BYTES,
        });
      }
      await notebook.importInk(await file.text());
      toast('Ink imported into a new note');
    });
  };

  return (
    <ModalDialog title="Export and import" onClose={onClose}>
      <div class="choices">
        <Choice
          icon="copy"
          title="Copy text"
          detail="To the clipboard"
          disabled={!text}
          onClick={() => attemptAndClose(() => copyText(text))}
        />
        <Choice
          icon="text"
          title="Text"
          detail="A .txt file"
          disabled={!text}
          onClick={save('txt', 'text/plain', () => `${text}\n`)}
        />
        <Choice
          icon="image"
          title="Picture"
          detail="PNG, white paper"
          disabled={!strokes.length}
          onClick={save('png', 'image/png', () => inkToPng(strokes))}
        />
        <Choice
          icon="pen"
          title="Drawing"
          detail="SVG, scales to any size"
          disabled={!strokes.length}
          onClick={save('svg', 'image/svg+xml', () => inkToSvg(strokes))}
        />
        <Choice
          icon="download"
          title="Ink"
          detail="JSON, to import again"
          disabled={!strokes.length}
          onClick={save('ink.json', 'application/json', () => writeInkFile({ text, strokes }))}
        />
        <label class="choice">
          <Icon name="upload" />
          <span>
            <b>Import ink</b>
            <small>A JSON file saved here</small>
          </span>
          <input
            type="file"
            class="rv-hidden"
            accept=".json,application/json"
            onChange={(event) => importFile(event.currentTarget.files?.[0])}
            data-testid="import-ink"
          />
        </label>
      </div>
      {problem}
    </ModalDialog>
  );
}

interface ChoiceProps {
  readonly icon: IconName;
  readonly title: string;
  readonly detail: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
}

function Choice({ icon, title, detail, disabled, onClick }: ChoiceProps) {
  return (
    <button type="button" class="choice" disabled={disabled} onClick={onClick}>
      <Icon name={icon} />
      <span>
        <b>{title}</b>
        <small>{detail}</small>
      </span>
    </button>
  );
}

/** A title that every file system takes. */
function fileName(title: string): string {
  const safe = title.replace(/[^\p{L}\p{N} ._-]+/gu, '').trim();
  return safe.slice(0, 60) || 'note';
}
