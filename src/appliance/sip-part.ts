import { isDeepStrictEqual } from "node:util";
import type { Settings } from "../config/settings.ts";
import type { Logger } from "../log/logger.ts";
import { type ConnectionBudget, ConnectionLimits } from "../net/connection-limits.ts";
import type { ListeningPlace } from "../net/listening-place.ts";
import type { SipAccount } from "../sip/auth/digest-session.ts";
import type { Endpoint } from "../sip/endpoint.ts";
import { RFC_TIMERS } from "../sip/reliability/types.ts";
import { SipStack } from "../sip/sip-stack.ts";
import type { TlsSettings } from "../sip/transport/transport-options.ts";
import type { Clock } from "../time/clock.ts";
import type { Gate } from "../time/gate.ts";
import type { Part, Reloaded } from "./parts.ts";

/** Our name in User-Agent. */
const USER_AGENT = "ClickToCall";

/** What the SIP side needs besides the settings. */
export interface SipPartOptions {
	readonly tls: TlsSettings;
	readonly budget: ConnectionBudget;
	/** As in `SipStackOptions`. */
	readonly callIdKey?: Uint8Array | undefined;
	/** As in `SipStackOptions`. */
	readonly gate?: Pick<Gate, "isOpen" | "hold"> | undefined;
	readonly clock: Clock;
	readonly log: Logger;
}

/** The SIP side: its sockets, and the accounts with which it answers challenges. */
export class SipPart implements Part {
	readonly name = "SIP";
	readonly stack: SipStack;
	readonly #log: Logger;
	#accounts: readonly SipAccount[];

	private constructor(stack: SipStack, settings: Settings, log: Logger) {
		this.stack = stack;
		this.#log = log;
		this.#accounts = accountsOf(settings);
	}

	/**
	 * Opens the sockets.
	 * @throws {BindError} for a port that cannot be opened.
	 */
	static async open(
		settings: Settings,
		{ tls, budget, callIdKey, gate, clock, log }: SipPartOptions,
	): Promise<SipPart> {
		const stack = await SipStack.start({
			address: settings.ipAddress,
			movingAddress: settings.takeOver === "address" ? settings.nodeAddress : undefined,
			port: settings.udpTcpPort,
			dnsServers: settings.dnsServers,
			tls,
			fixContact: settings.fixContact,
			externalAddress: settings.externalAddress,
			keepAlives: settings.keepAlives,
			limits: new ConnectionLimits({
				total: settings.sipMaxConnections,
				perAddress: settings.sipMaxPerAddress,
				budget,
			}),
			userAgent: USER_AGENT,
			sessionInterval: settings.sessionExpires,
			accounts: accountsOf(settings),
			clock,
			timers: RFC_TIMERS,
			...(callIdKey && { callIdKey }),
			...(gate && { gate }),
			log: log.child({ part: "sip" }),
		});
		return new SipPart(stack, settings, log);
	}

	get endpoint(): Endpoint {
		return this.stack.endpoint;
	}

	/** User names of the accounts in use. */
	get users(): readonly string[] {
		return this.#accounts.map(({ user }) => user);
	}

	get listening(): readonly ListeningPlace[] {
		return this.stack.listening.map((place) => ({ name: "SIP", ...place }));
	}

	reload(settings: Reloaded, before: Reloaded): void {
		if (sameAccounts(settings, before)) return;
		this.#accounts = accountsOf(settings);
		this.endpoint.setAccounts(this.#accounts);
	}

	/** How many legs are left to the next process. */
	kept: () => number = () => 0;

	stop(): void {
		const left = this.endpoint.legs - this.kept();
		if (left > 0) this.#log.warning(`${left} legs were not ended by their phones in time`);
		this.stack.close();
	}
}

/** Whether both have the same usable accounts. */
export function sameAccounts(one: Reloaded, other: Reloaded): boolean {
	return isDeepStrictEqual(accountsOf(one), accountsOf(other));
}

/** The usable accounts: those with a user. */
function accountsOf({ sipAccounts }: Reloaded): readonly SipAccount[] {
	return sipAccounts
		.filter(({ user }) => user !== "")
		.map(({ user, password, realm }) => ({ user, password, realm }));
}
