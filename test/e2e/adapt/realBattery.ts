/** A battery for a browser on Linux, which asks UPower on the system bus: a bus of the test's own, with one on it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const SERVICE = fileURLToPath(new URL('./batteryService.py', import.meta.url));
/** Debian's own, for the bindings are its. */
const PYTHON = '/usr/bin/python3';

/** Whether this machine has what it takes: `dbus-daemon`, and Python's bindings to it. */
export function hasBatteries(): boolean {
  const works = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;
  return works('dbus-daemon', '--version') && works(PYTHON, '-c', 'import dbus, gi');
}

export class RealBattery {
  /** What a browser needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #bus: ChildProcess;
  readonly #service: ChildProcess;

  private constructor(environment: Record<string, string>, bus: ChildProcess, service: ChildProcess) {
    this.environment = environment;
    this.#bus = bus;
    this.#service = service;
  }

  static async open(): Promise<RealBattery> {
    const flags = ['--session', '--nofork', '--print-address', `--address=unix:tmpdir=${tmpdir()}`];
    const bus = spawn('dbus-daemon', flags, { stdio: ['ignore', 'pipe', 'ignore'] });
    const [address] = await once(bus.stdout, 'data');
    const environment = { DBUS_SYSTEM_BUS_ADDRESS: String(address).trim() };
    const service = spawn(PYTHON, [SERVICE], {
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(service.stdout, 'data');
    return new RealBattery(environment, bus, service);
  }

  set(percentage: number, state: 'charging' | 'discharging'): void {
    this.#service.stdin!.write(`${percentage} ${state}\n`);
  }

  async close(): Promise<void> {
    const over = once(this.#service, 'exit');
    this.#service.stdin!.end();
    await over;
    this.#bus.kill();
  }
}
