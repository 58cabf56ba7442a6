/**
 * What the page remembers across a reload: dropped files and where each sensor stood. The only writer of the
 * database. Where storage is full or refused the page goes on in memory, and says so once.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { CsvTable } from '../source/csv/readCsv.ts';

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970: files come back in the order they were dropped. */
  readonly added: number;
  readonly table: CsvTable;
  readonly column: number;
}

export interface StoredPage {
  readonly chosen: string | undefined;
  readonly playing: boolean;
  readonly speed: number;
  readonly horizon: number;
  readonly showPast: boolean;
  readonly showNaive: boolean;
  /** Values known, by sensor id. */
  readonly positions: Readonly<Record<string, number>>;
}

interface Schema extends DBSchema {
  files: { key: string; value: StoredFile };
  page: { key: 'page'; value: StoredPage };
}

const NAME = 'rivulet-forecast';
const VERSION = 1;

/** Why nothing is kept any more, in words for the page. */
export type Lost = (reason: string) => void;

export class PageStore {
  private readonly onLost: Lost;
  private database: IDBPDatabase<Schema> | undefined;
  private told = false;

  private constructor(onLost: Lost) {
    this.onLost = onLost;
  }

  static async open(onLost: Lost): Promise<PageStore> {
    const store = new PageStore(onLost);
    try {
      store.database = await openDB<Schema>(NAME, VERSION, {
        upgrade(database) {
          database.createObjectStore('files', { keyPath: 'id' });
          database.createObjectStore('page');
        },
        // Another tab brings a newer page: let it, and go on in memory.
        blocking: (_current, _blocked, event) => {
          (event.target as IDBDatabase).close();
          store.database = undefined;
        },
      });
    } catch {
      store.lose('This browser keeps no data for the page');
    }
    return store;
  }

  async files(): Promise<StoredFile[]> {
    const files = await this.attempt((database) => database.getAll('files'));
    return (files ?? []).sort((a, b) => a.added - b.added);
  }

  page(): Promise<StoredPage | undefined> {
    return this.attempt((database) => database.get('page', 'page'));
  }

  async saveFile(file: StoredFile): Promise<void> {
    await this.attempt((database) => database.put('files', file));
  }

  async removeFile(id: string): Promise<void> {
    await this.attempt((database) => database.delete('files', id));
  }

  async savePage(page: StoredPage): Promise<void> {
    await this.attempt((database) => database.put('page', page, 'page'));
  }

  /** Runs `use`; a failure costs the memory of it and never the page. */
  private async attempt<T>(use: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T | undefined> {
    if (!this.database) return undefined;
    try {
      return await use(this.database);
    } catch (error) {
      const full = error instanceof DOMException && error.name === 'QuotaExceededError';
      this.lose(full ? 'The storage of this device is full' : 'This browser could not keep the data');
      return undefined;
    }
  }

  private lose(reason: string): void {
    if (this.told) return;
    this.told = true;
    this.onLost(reason);
  }
}
