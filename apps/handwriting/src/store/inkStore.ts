/**
 * Keeps notes and their ink in IndexedDB: the only writer of that database. Ink is written as it grows; what
 * the device refuses stays pending here, is told once, and is tried again on request.
 */
import { signal } from '@preact/signals';
import { RivuletError } from '@rivulet/core';
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import { InkStroke, type InkTool } from '../canvas/inkStroke.ts';
import type { Learned, LearnedStates } from './learned.ts';

export interface Note {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly updated: number;
  /** What was recognised, with the person's choices in it. */
  readonly text: string;
  /** Words the person chose: by the strokes they are written with (ids, joined by a space). */
  readonly choices: Readonly<Record<string, string>>;
}

/** Some consecutive points of one stroke. */
interface Part {
  readonly note: string;
  readonly stroke: string;
  readonly part: number;
  /** Place of its first point in the stroke: parts may overlap after a refused write. */
  readonly from: number;
  readonly tool: InkTool;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly t: Float64Array;
  readonly p: Float32Array;
}

interface Schema extends DBSchema {
  notes: { key: string; value: Note };
  ink: { key: [note: string, stroke: string, part: number]; value: Part };
  learned: { key: keyof LearnedStates; value: Learned };
}

const STORES = ['notes', 'ink', 'learned'] as const;
type Write = (stores: IDBPTransaction<Schema, (typeof STORES)[number][], 'readwrite'>) => Promise<unknown>[];

/** Strokes that come to a page and strokes that leave it. */
export interface InkChange {
  readonly added: readonly InkStroke[];
  readonly removed: readonly InkStroke[];
}

const NAME = 'rivulet-handwriting';
const VERSION = 2;
/** As a key: sorts after every string and number. */
const AFTER: never[] = [];

export class InkStore {
  /** Why something is not kept; undefined while all is well. */
  readonly trouble = signal<RivuletError | undefined>(undefined);
  private database: IDBPDatabase<Schema> | undefined;
  /** What the device refused, as it should be: undefined is a note that should be gone. */
  private readonly pendingNotes = new Map<string, Note | undefined>();
  private readonly pendingInk = new Map<string, { note: string; stroke: InkStroke; present: boolean }>();
  private readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** Never rejects: without a database the store holds everything in memory and says so in `trouble`. */
  static async open(name = NAME): Promise<InkStore> {
    const store = new InkStore(name);
    await store.connect();
    return store;
  }

  close(): void {
    this.database?.close();
    this.database = undefined;
  }

  /** The newest first. */
  async notes(): Promise<Note[]> {
    const kept = (await this.read((database) => database.getAll('notes'))) ?? [];
    const notes = new Map<string, Note | undefined>(kept.map((note) => [note.id, note]));
    for (const [id, note] of this.pendingNotes) notes.set(id, note);
    return [...notes.values()].filter((note) => note !== undefined).sort((a, b) => b.updated - a.updated);
  }

  /** The note's ink, as far as it was handed over. */
  async strokes(note: string): Promise<InkStroke[]> {
    const parts = (await this.read((database) => database.getAll('ink', inkOf(note)))) ?? [];
    const strokes = new Map(joinParts(parts).map((stroke) => [stroke.id, stroke]));
    for (const [id, pending] of this.pendingInk) {
      if (pending.note !== note) continue;
      if (pending.present) strokes.set(id, pending.stroke);
      else strokes.delete(id);
    }
    return [...strokes.values()];
  }

  async saveNote(note: Note): Promise<boolean> {
    const kept = await this.attempt((stores) => [stores.objectStore('notes').put(note)]);
    if (kept) this.pendingNotes.delete(note.id);
    else this.pendingNotes.set(note.id, note);
    return kept;
  }

  /** Its ink as well. */
  async removeNote(note: string): Promise<boolean> {
    for (const [id, pending] of this.pendingInk) if (pending.note === note) this.pendingInk.delete(id);
    const kept = await this.attempt((stores) => [
      stores.objectStore('notes').delete(note),
      stores.objectStore('ink').delete(inkOf(note)),
    ]);
    if (kept) this.pendingNotes.delete(note);
    else this.pendingNotes.set(note, undefined);
    return kept;
  }

  /**
   * Adds points `from`..`to` of a stroke that is still being written. What is refused is not pending: the
   * whole stroke comes later.
   */
  appendPart(note: string, stroke: InkStroke, part: number, from: number, to: number): Promise<boolean> {
    return this.attempt((stores) => [stores.objectStore('ink').put(partOf(note, stroke, part, from, to))]);
  }

  /** Puts whole strokes down and takes others away, as one step: it happens entirely or not at all. */
  async changeInk(note: string, { added, removed }: InkChange): Promise<boolean> {
    const kept = await this.attempt((stores) => {
      const ink = stores.objectStore('ink');
      return [
        ...[...removed, ...added].map(({ id }) => ink.delete(inkOf(note, id))),
        ...added.map((whole) => ink.put(partOf(note, whole, 0, 0, whole.length))),
      ];
    });
    for (const [strokes, present] of [
      [removed, false],
      [added, true],
    ] as const) {
      for (const stroke of strokes) {
        if (kept) this.pendingInk.delete(stroke.id);
        else this.pendingInk.set(stroke.id, { note, stroke, present });
      }
    }
    return kept;
  }

  /** What the reader learned from this person's hand, and what held before. */
  async learned(): Promise<LearnedStates> {
    return (
      (await this.read(async (database) => {
        const [now, before] = await Promise.all([
          database.get('learned', 'now'),
          database.get('learned', 'before'),
        ]);
        return { now, before };
      })) ?? {}
    );
  }

  /** Both at once. What is refused is not pending: it is large, and whoever asked is told. */
  keepLearned({ now, before }: LearnedStates): Promise<boolean> {
    return this.attempt((stores) => {
      const learned = stores.objectStore('learned');
      return [
        now ? learned.put(now, 'now') : learned.delete('now'),
        before ? learned.put(before, 'before') : learned.delete('before'),
      ];
    });
  }

  /** Tries again what the device refused. @returns whether everything is kept now. */
  async retry(): Promise<boolean> {
    if (!this.database) await this.connect();
    for (const [id, note] of [...this.pendingNotes]) {
      if (!(await (note ? this.saveNote(note) : this.removeNote(id)))) return false;
    }
    for (const { note, stroke, present } of [...this.pendingInk.values()]) {
      const change = present ? { added: [stroke], removed: [] } : { added: [], removed: [stroke] };
      if (!(await this.changeInk(note, change))) return false;
    }
    if (this.database) this.trouble.value = undefined;
    return this.database !== undefined;
  }

  private async connect(): Promise<void> {
    try {
      this.database = await openDB<Schema>(this.name, VERSION, {
        upgrade(database, from) {
          if (from < 1) {
            database.createObjectStore('notes', { keyPath: 'id' });
            database.createObjectStore('ink', { keyPath: ['note', 'stroke', 'part'] });
          }
          database.createObjectStore('learned');
        },
        // Another tab brings a newer page: let it, and go on in memory.
        blocking: () => this.close(),
        terminated: () => this.close(),
      });
    } catch (cause) {
      this.fail(cause);
    }
  }

  /** One transaction. `commit` at once: what was handed over survives the death of this tab. */
  private async attempt(write: Write): Promise<boolean> {
    if (!this.database) {
      if (!this.trouble.value) this.fail(undefined);
      return false;
    }
    try {
      const transaction = this.database.transaction(STORES, 'readwrite', { durability: 'relaxed' });
      const requests = write(transaction as Parameters<Write>[0]);
      transaction.commit();
      // All of them, so that no refused request is reported as unhandled beside `done`.
      await Promise.all([...requests, transaction.done]);
      return true;
    } catch (cause) {
      this.fail(cause);
      return false;
    }
  }

  private async read<T>(use: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T | undefined> {
    if (!this.database) return undefined;
    try {
      return await use(this.database);
    } catch (cause) {
      this.fail(cause);
      return undefined;
    }
  }

  private fail(cause: unknown): void {
    const full = cause instanceof DOMException && cause.name === 'QuotaExceededError';
    // One trouble at a time: the same again is no news to a person who has put it aside.
    if (this.trouble.value && full === (this.trouble.value.details.refused !== true)) return;
    this.trouble.value = full
      ? new RivuletError('STORAGE_FULL', 'the device refused to keep more', {}, cause)
      : new RivuletError('STORAGE_FULL', 'this browser keeps no data for the page', { refused: true }, cause);
  }
}

/** Keys of a note's ink, or of one of its strokes. */
function inkOf(note: string, stroke?: string): IDBKeyRange {
  return stroke === undefined
    ? IDBKeyRange.bound([note], [note, AFTER])
    : IDBKeyRange.bound([note, stroke], [note, stroke, AFTER]);
}

function partOf(note: string, stroke: InkStroke, part: number, from: number, to: number): Part {
  const { id, tool, x, y, t, p } = stroke;
  return {
    note,
    stroke: id,
    part,
    from,
    tool,
    x: Float32Array.from(x.slice(from, to)),
    y: Float32Array.from(y.slice(from, to)),
    t: Float64Array.from(t.slice(from, to)),
    p: Float32Array.from(p.slice(from, to)),
  };
}

/** @param parts in the order of their keys, so that those of one stroke lie together. */
function joinParts(parts: readonly Part[]): InkStroke[] {
  const groups = Map.groupBy(parts, ({ stroke }) => stroke);
  return [...groups].map(([id, group]) => {
    const stroke = new InkStroke(id, group[0]!.tool);
    let next = 0;
    for (const { from, x, y, t, p } of group.toSorted((a, b) => a.from - b.from)) {
      for (let i = Math.max(0, next - from); i < x.length; i++) {
        stroke.add({ x: x[i]!, y: y[i]!, t: t[i]!, p: p[i]! });
      }
      next = Math.max(next, from + x.length);
    }
    return stroke;
  });
}
