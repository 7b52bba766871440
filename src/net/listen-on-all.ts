import { errorCode } from "../error-code.ts";
import { BindError, type BindSettings } from "./bind-error.ts";

/** How to listen on one address. */
export interface ListenOptions<Listener> {
	/** Addresses; empty for all, IPv4 and IPv6. */
	readonly bind: readonly string[];
	/** 0 for any free port, the same on every address. */
	readonly port: number;
	readonly settings: BindSettings;
	/** Starts listening; throws if it cannot. */
	open(address: string, port: number): Listener;
	portOf(listener: Listener): number;
	/** Called for those already open when another one fails. */
	close(listener: Listener): void;
}

const ANY_IPV6 = "::";
const ANY_IPV4 = "0.0.0.0";
const NO_USE_TRYING_IPV4 = new Set(["EADDRINUSE", "EACCES", "EPERM"]);

/**
 * Listens on all addresses of a list or on none of them. `::` is dual stack and makes the other addresses
 * unnecessary; on a machine without IPv6 it stands for `0.0.0.0`.
 *
 * @throws {BindError} for the first address that fails.
 */
export function listenOnAll<Listener>(options: ListenOptions<Listener>): Listener[] {
	const { settings } = options;
	const listeners: Listener[] = [];
	let port = options.port;
	for (const address of addressesToOpen(options.bind)) {
		try {
			const listener = address === ANY_IPV6 ? openDualStack(options) : options.open(address, port);
			listeners.push(listener);
			port = options.portOf(listener);
		} catch (error) {
			for (const listener of listeners) options.close(listener);
			throw new BindError(settings, address, port, error);
		}
	}
	return listeners;
}

function addressesToOpen(bind: readonly string[]): readonly string[] {
	if (bind.length === 0 || bind.includes(ANY_IPV6)) return [ANY_IPV6];
	return [...new Set(bind)];
}

function openDualStack<Listener>(options: ListenOptions<Listener>): Listener {
	try {
		return options.open(ANY_IPV6, options.port);
	} catch (error) {
		if (NO_USE_TRYING_IPV4.has(errorCode(error))) throw error;
		return options.open(ANY_IPV4, options.port);
	}
}
