import { RivuletError } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import { Notices } from './notices.ts';

const texts = (notices: Notices) => notices.list.value.map(({ text }) => text);

describe('Notices', () => {
  it('keeps the newest three, and the same text once', () => {
    const notices = new Notices();
    for (const text of ['a', 'b', 'c', 'a', 'd']) notices.tell('error', text);
    expect(texts(notices)).toEqual(['c', 'a', 'd']);
    notices.dismiss(notices.list.value[1]!.id);
    expect(texts(notices)).toEqual(['c', 'd']);
  });

  it('forgets what was said of a file that is tried again, and nothing else', () => {
    const notices = new Notices();
    notices.fail(new RivuletError('DATA_INVALID', 'a.csv: Line 2'), 'a.csv');
    notices.fail(new RivuletError('DATA_INVALID', 'b.csv: Line 3'), 'b.csv');
    notices.tell('warning', 'full');
    notices.forget('a.csv');
    expect(texts(notices)).toEqual(['b.csv: Line 3', 'full']);
  });

  it('shows no words of the machine', () => {
    const notices = new Notices();
    notices.fail(new TypeError('undefined is not a function'), 'a.csv');
    notices.fail(new RivuletError('WORKER_DIED', 'exit 1'), 'b.csv');
    expect(texts(notices)[0]).toBe('a.csv: Something went wrong inside this page.');
    expect(texts(notices)[1]).toMatch(/^b\.csv: The browser stopped/);
  });
});
