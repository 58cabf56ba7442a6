/**
 * A Chromium with tabs as a person has them. Playwright keeps every page of its own in view, so that none is ever
 * hidden; here the browser's protocol is spoken without it, and the tab in front hides the others.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROWSER_FLAGS, findOrInstallBrowser } from '../../browser/findBrowser.ts';

export class Tab {
  readonly #browser: RealTabs;
  readonly #target: string;
  readonly #session: string;

  constructor(browser: RealTabs, target: string, session: string) {
    this.#browser = browser;
    this.#target = target;
    this.#session = session;
  }

  /** Runs a function in the page, and waits for what it answers. */
  async run<A, T>(f: (argument: A) => T | Promise<T>, argument: A): Promise<T> {
    const { result, exceptionDetails } = await this.#browser.ask(
      'Runtime.evaluate',
      {
        expression: `(${f})(${JSON.stringify(argument)})`,
        ...{ awaitPromise: true, returnByValue: true },
      },
      this.#session,
    );
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async toFront(): Promise<void> {
    await this.#browser.ask('Target.activateTarget', { targetId: this.#target });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the protocol's answers are of a hundred kinds
type Answer = any;

export class RealTabs {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  #asked = 0;

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result, error } = JSON.parse(String(data));
      const call = this.#pending.get(id);
      this.#pending.delete(id);
      if (error) call?.reject(new Error(error.message));
      else call?.resolve(result);
    });
  }

  /** @param environment of the browser, beside this process's own */
  static async open(environment: Readonly<Record<string, string>> = {}): Promise<RealTabs> {
    const profile = await mkdtemp(join(tmpdir(), 'rivulet-tabs-'));
    const flags = [
      '--headless=new',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ];
    const browser = spawn(findOrInstallBrowser(), [...BROWSER_FLAGS, ...flags], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const address = await new Promise<string>((resolve, reject) => {
      let said = '';
      browser.stderr!.on('data', (chunk) => {
        said += chunk;
        const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
        if (found) resolve(found);
      });
      browser.once('error', reject);
      browser.once('exit', (code) => reject(new Error(`the browser ended (${code}): ${said}`)));
    });
    const socket = new WebSocket(address);
    await once(socket, 'open');
    return new RealTabs(browser, profile, socket);
  }

  ask(method: string, params: object, sessionId?: string): Promise<Answer> {
    const id = ++this.#asked;
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  /** A new tab, in front. */
  async tab(url: string): Promise<Tab> {
    const { targetId } = await this.ask('Target.createTarget', { url });
    const { sessionId } = await this.ask('Target.attachToTarget', { targetId, flatten: true });
    const tab = new Tab(this, targetId, sessionId);
    await tab.toFront();
    return tab;
  }

  async close(): Promise<void> {
    const over = once(this.#process, 'exit');
    await this.ask('Browser.close', {});
    await over;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
