import type { Clock } from "../../time/clock.ts";
import { NotifySocket, NotifySocketError } from "./notify-socket.ts";

/** How often, and at what interval, a message is repeated when the service manager does not accept it. */
const TRIES = 50;
const RETRY_DELAY = 100;

/** Sends a datagram to the service manager. */
export interface Notifier {
	/** @returns false when it was not taken. */
	send(text: string): boolean;
	close(): void;
}

/** The part of the environment that a service manager sets (sd_notify(3), sd_watchdog_enabled(3)). */
export interface ServiceEnvironment {
	readonly NOTIFY_SOCKET?: string | undefined;
	readonly WATCHDOG_USEC?: string | undefined;
	readonly WATCHDOG_PID?: string | undefined;
}

export interface ServiceManagerOptions {
	readonly environment: ServiceEnvironment;
	/** Our process id. */
	readonly pid: number;
	readonly clock: Clock;
	/** Called with each problem once, as one line. */
	readonly warn: (text: string) => void;
	/** Absent: the real socket. */
	readonly open?: (name: string) => Notifier;
}

/**
 * Tells systemd how the service is: ready, reloading, stopping, and, while its watchdog runs, that it is
 * alive. Without a service manager it does nothing; it never throws and never waits.
 */
export class ServiceManager {
	readonly #options: ServiceManagerOptions;
	readonly #notifier: Notifier | undefined;
	#stopWatchdog: (() => void) | undefined;
	#stopRetry: (() => void) | undefined;
	#warned = false;

	constructor(options: ServiceManagerOptions) {
		this.#options = options;
		this.#notifier = this.#open();
	}

	/** The server listens. Also starts to feed the watchdog, at half of its interval. */
	ready(status: string): void {
		this.#tell(["READY=1", `STATUS=${status}`]);
		const period = this.#watchdogPeriod();
		if (this.#notifier && period > 0 && !this.#stopWatchdog) this.#feed(period);
	}

	/** The settings are being read again; `ready` follows. */
	reloading(): void {
		this.#tell(["RELOADING=1", "STATUS=rereading the settings"]);
	}

	/**
	 * The server is about to end.
	 *
	 * @param time how long that may take, in milliseconds; beyond TimeoutStopSec it has to be asked for.
	 */
	stopping(status: string, time: number): void {
		this.#tell(["STOPPING=1", `EXTEND_TIMEOUT_USEC=${Math.ceil(time * 1000)}`, `STATUS=${status}`]);
	}

	/** Ends the timers and closes the socket. */
	close(): void {
		this.#stopWatchdog?.();
		this.#stopRetry?.();
		this.#notifier?.close();
	}

	#open(): Notifier | undefined {
		const { environment, open = (name) => new NotifySocket(name), warn } = this.#options;
		const name = environment.NOTIFY_SOCKET;
		if (!name) return undefined;
		try {
			return open(name);
		} catch (error) {
			if (!(error instanceof NotifySocketError)) throw error;
			warn(`cannot tell systemd that the server is ready: ${error.message}`);
			return undefined;
		}
	}

	/** Half of the watchdog's time, in milliseconds; 0 when it is not meant for this process. */
	#watchdogPeriod(): number {
		const { environment, pid } = this.#options;
		const { WATCHDOG_USEC = "", WATCHDOG_PID } = environment;
		if (WATCHDOG_PID && WATCHDOG_PID !== String(pid)) return 0;
		return /^\d{1,15}$/.test(WATCHDOG_USEC) ? Number(WATCHDOG_USEC) / 2000 : 0;
	}

	/** A beat that is lost is not sent again: the next one comes before the watchdog's time is over. */
	#feed(period: number): void {
		this.#notifier?.send("WATCHDOG=1");
		this.#stopWatchdog = this.#options.clock.after(period, () => this.#feed(period));
	}

	/** The latest message counts: it replaces one that has not been accepted yet. */
	#tell(lines: readonly string[], tries = TRIES): void {
		this.#stopRetry?.();
		this.#stopRetry = undefined;
		if (!this.#notifier || this.#notifier.send(lines.join("\n"))) return;
		if (tries > 1) {
			this.#stopRetry = this.#options.clock.after(RETRY_DELAY, () => this.#tell(lines, tries - 1));
		} else if (!this.#warned) {
			this.#warned = true;
			this.#options.warn(`systemd does not accept a message: ${lines[0]}`);
		}
	}
}
