/**
 * The page's state and everything that can be done to it. Components read signals and call these functions;
 * the store, the reader and the pen hang together here and nowhere else.
 */
import { computed, effect, signal } from '@preact/signals';
import { persistStorage, toast } from '@rivulet/shell';
import { eraserHits } from '../canvas/eraserHits.ts';
import { InkHistory, type Step } from '../canvas/inkHistory.ts';
import type { InkPoint, InkStroke } from '../canvas/inkStroke.ts';
import { PointerWriter } from '../canvas/pointerWriter.ts';
import { strokeId } from '../canvas/strokeId.ts';
import { Reader } from '../recognise/reader.ts';
import { RecogniserLink } from '../recognise/recogniserLink.ts';
import { textOf, type Word } from '../recognise/words.ts';
import { InkStore, type Note } from '../store/inkStore.ts';
import type { LearnedStates } from '../store/learned.ts';
import { StrokeWriter } from '../store/strokeWriter.ts';

/** What the drawing surface is told, as it happens. */
export interface InkListener {
  grew(stroke: InkStroke): void;
  settled(stroke: InkStroke): void;
  /** Strokes came or went other than by writing one. */
  changed(): void;
  /** Another page lies on the desk. */
  opened(): void;
  panned(dy: number): void;
}

/** Text is saved beside its ink this long after it last changed (ms). */
const SAVE_TEXT_MS = 400;

export type Notebook = Awaited<ReturnType<typeof openNotebook>>;

/** @param models address of the folder of models, with a closing slash. */
export async function openNotebook(models: string) {
  const link = new RecogniserLink(models);
  const reader = new Reader(link);
  /** What the reader learned from this person's hand, and what held before. */
  const learned = signal<LearnedStates>({});
  const loadModel = async (): Promise<void> => {
    await link.load(learned.peek().now);
    reader.refresh();
  };
  // The longest way to the first word: begun before the ink is fetched, and before it is known what was learned.
  let modelTried = loadModel();
  const store = await InkStore.open();
  const [learnedStates, keptNotes] = await Promise.all([store.learned(), store.notes()]);
  if (learnedStates.now) {
    learned.value = learnedStates;
    modelTried = loadModel();
  }

  const notes = signal<readonly Note[]>(keptNotes);
  const current = signal<Note>(notes.value[0] ?? blankNote());
  /** Grows with every change of the ink, for what shows whether there is any. */
  const inkVersion = signal(0);
  const eraser = signal(false);
  let history = new InkHistory(await store.strokes(current.value.id));
  let writer = new StrokeWriter(store, current.value.id);
  let live: InkStroke | undefined;
  let rubbedOut = new Set<InkStroke>();
  let listener: InkListener | undefined;
  let textTimer: ReturnType<typeof setTimeout> | undefined;

  const shownStrokes = (): readonly InkStroke[] =>
    rubbedOut.size === 0 ? history.strokes : history.strokes.filter((stroke) => !rubbedOut.has(stroke));

  const text = computed(() => {
    const words = reader.words.value;
    return words === undefined ? current.value.text : textOf(words, current.value.choices);
  });

  /** Puts the current note on record; `inkChanged` makes it the newest. */
  const keepNote = (change: Partial<Note>, inkChanged: boolean): Promise<boolean> => {
    const note = { ...current.value, ...change, ...(inkChanged ? { updated: Date.now() } : {}) };
    current.value = note;
    const others = notes.value.filter(({ id }) => id !== note.id);
    notes.value = [...others, note].sort((a, b) => b.updated - a.updated);
    return store.saveNote(note);
  };
  const isKept = () => notes.value.some(({ id }) => id === current.value.id);

  const keepText = (): Promise<unknown> => {
    clearTimeout(textTimer);
    textTimer = undefined;
    return isKept() && text.value !== current.value.text
      ? keepNote({ text: text.value }, false)
      : Promise.resolve();
  };
  effect(() => {
    // The saved text follows what is read; a note not yet read keeps the text it was saved with.
    if (reader.words.value !== undefined && text.value !== current.value.text) {
      textTimer ??= setTimeout(() => void keepText(), SAVE_TEXT_MS);
    }
  });

  /** After the ink changed other than by a growing stroke. */
  const inkChanged = () => {
    inkVersion.value++;
    reader.update(shownStrokes(), false);
    void keepNote({}, true);
  };
  const takeStep = (step: Step | undefined) => {
    if (!step) return;
    void store.changeInk(current.value.id, step);
    inkChanged();
    listener?.changed();
  };

  const pen = new PointerWriter({
    begin(stroke) {
      live = stroke;
      // Before the first of its ink, so that ink never lacks its note.
      if (!isKept()) void keepNote({}, true);
      writer.grow(stroke);
      reader.update([...history.strokes, stroke], true);
      listener?.grew(stroke);
    },
    grow(stroke) {
      writer.grow(stroke);
      reader.update([...history.strokes, stroke], true);
      listener?.grew(stroke);
    },
    end(stroke) {
      live = undefined;
      history.push({ added: [stroke], removed: [] });
      void writer.end(stroke).then((kept) => kept && persistOnce());
      inkChanged();
      listener?.settled(stroke);
    },
    takeBack(stroke) {
      live = undefined;
      void writer.takeBack(stroke);
      inkVersion.value++;
      reader.update(history.strokes, false);
      listener?.changed();
    },
    erase(from: InkPoint, to: InkPoint) {
      const hit = eraserHits(shownStrokes(), from, to);
      if (hit.length === 0) return;
      rubbedOut = new Set([...rubbedOut, ...hit]);
      reader.update(shownStrokes(), true);
      inkVersion.value++;
      listener?.changed();
    },
    eraseEnd() {
      const removed = [...rubbedOut];
      rubbedOut = new Set();
      if (removed.length === 0) return;
      history.push({ added: [], removed });
      takeStep({ added: [], removed });
    },
    pan: (dy) => listener?.panned(dy),
  });

  const show = async (note: Note): Promise<void> => {
    pen.finish();
    const kept = keepText();
    const strokes = await store.strokes(note.id);
    await kept;
    // What was begun meanwhile belongs to the page that lay there.
    pen.finish();
    current.value = note;
    history = new InkHistory(strokes);
    writer = new StrokeWriter(store, note.id);
    inkVersion.value++;
    reader.open(strokes);
    listener?.opened();
  };

  let asked = false;
  /** Once there is ink worth keeping, ask the browser never to clear it by itself. */
  const persistOnce = () => {
    if (!asked) void persistStorage();
    asked = true;
  };

  reader.open(history.strokes);

  const notebook = {
    store,
    reader,
    pen,
    notes,
    current,
    text,
    eraser,
    inkVersion,
    model: link.state,
    /** Address of the folder of models, with a closing slash. */
    models,
    learned,
    usesLearned: link.usesLearned,
    /** Settles when the model has come, or failed to, for the first time. */
    modelTried,
    loadModel,
    strokes: shownStrokes,
    /** The stroke under the pen. */
    liveStroke: () => live,
    canUndo: () => history.canUndo,
    canRedo: () => history.canRedo,

    listen(to: InkListener): () => void {
      listener = to;
      return () => {
        if (listener === to) listener = undefined;
      };
    },
    undo() {
      if (!live) takeStep(history.undo());
    },
    redo() {
      if (!live) takeStep(history.redo());
    },
    clear() {
      if (live || history.strokes.length === 0) return;
      const step = { added: [], removed: history.strokes };
      history.push(step);
      takeStep(step);
      const page = history;
      toast('Page cleared', {
        label: 'Undo',
        run: () => {
          if (page !== history) return;
          // Strokes may have been written since, and Ctrl+Z pressed: only what is still gone comes back.
          const back = {
            added: step.removed.filter((stroke) => !history.strokes.includes(stroke)),
            removed: [],
          };
          if (back.added.length === 0) return;
          history.push(back);
          takeStep(back);
        },
      });
    },
    /** The person says what words are, also of those that were read right: it holds, and can be learned from. */
    choose(...said: readonly (readonly [word: Word, chosen: string])[]) {
      const choices: Record<string, string> = { ...current.value.choices };
      for (const [{ key }, chosen] of said) {
        if (chosen === '') delete choices[key];
        else choices[key] = chosen;
      }
      current.value = { ...current.value, choices };
      void keepNote({ choices, text: text.value }, true);
    },
    /** From now on the reader is this one. @returns whether the device keeps it; else all is as it was */
    async learn(states: LearnedStates): Promise<boolean> {
      if (!(await store.keepLearned(states))) return false;
      learned.value = states;
      await loadModel();
      return true;
    },
    async open(id: string) {
      const note = notes.value.find((kept) => kept.id === id);
      if (note && id !== current.value.id) await show(note);
    },
    async newNote() {
      if (history.strokes.length > 0 || live) await show(blankNote());
    },
    async removeNote(id: string) {
      const note = notes.value.find((kept) => kept.id === id);
      if (!note) return;
      if (id === current.value.id) pen.finish();
      const strokes = await store.strokes(id);
      notes.value = notes.value.filter((kept) => kept.id !== id);
      clearTimeout(textTimer);
      textTimer = undefined;
      if (id === current.value.id) await show(notes.value[0] ?? blankNote());
      await store.removeNote(id);
      toast('Note deleted', {
        label: 'Undo',
        run: async () => {
          await store.saveNote(note);
          await store.changeInk(id, { added: strokes, removed: [] });
          notes.value = await store.notes();
          await notebook.open(id);
        },
      });
    },
    /** Reads an exchange file into a note of its own. @throws INK_INVALID */
    async importInk(json: string) {
      const { readInkFile } = await import('../store/inkFile.ts');
      const { text: kept, strokes } = readInkFile(json);
      await show({ ...blankNote(), text: kept });
      history = new InkHistory(strokes);
      await keepNote({}, true);
      await store.changeInk(current.value.id, { added: strokes, removed: [] });
      inkVersion.value++;
      reader.open(strokes);
      listener?.opened();
    },
    /** Hands everything unsaved to the store without waiting: the page may be gone the next moment. */
    flush() {
      writer.flush();
      void keepText();
    },
    /** The same, and waits until it is kept. */
    async save() {
      pen.finish();
      await keepText();
      // One store, one queue: a write that begins now ends after all before it.
      await (isKept() ? store.saveNote(current.value) : undefined);
    },
  };
  return notebook;
}

function blankNote(): Note {
  const now = Date.now();
  return { id: strokeId(now), created: now, updated: now, text: '', choices: {} };
}
