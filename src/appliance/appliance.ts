import { isDeepStrictEqual } from "node:util";
import type { ApiOptions } from "../api/context.ts";
import { logCallEvents } from "../call/call-log.ts";
import { CallService } from "../call/call-service.ts";
import type { Settings } from "../config/settings.ts";
import type { History } from "../history/history.ts";
import type { HttpServer } from "../http/server.ts";
import { LiveCalls } from "../live/live-calls.ts";
import { LogTail } from "../log/log-tail.ts";
import type { Logger } from "../log/logger.ts";
import { ConnectionLimits } from "../net/connection-limits.ts";
import { connectionBudget } from "../net/descriptor-limit.ts";
import { FairTurns } from "../net/fair-turns.ts";
import type { ListeningPlace } from "../net/listening-place.ts";
import { numberCleaner } from "../numbers/number-cleaner.ts";
import type { SipAccount } from "../sip/auth/digest-session.ts";
import type { Registration, RegistrationOrder } from "../sip/registration/registration.ts";
import { RFC_TIMERS } from "../sip/reliability/types.ts";
import { SipStack } from "../sip/sip-stack.ts";
import type { Clock } from "../time/clock.ts";
import { systemClock } from "../time/system-clock.ts";
import { systemWallClock, type WallClock } from "../time/wall-clock.ts";
import { compileRules } from "../translate/compile-rules.ts";
import type { Translator } from "../translate/translator.ts";
import type { XmlServer } from "../xml/server.ts";
import { administration } from "./administration.ts";
import { accountsOf, looseRoute, makeHistory, makeHttpServer, makeXmlServer } from "./appliance-parts.ts";
import { Observation } from "./observation.ts";
import { prepare } from "./preparation.ts";

/** What the phones see in User-Agent. */
const USER_AGENT = "ClickToCall";

/** How long calls have to say goodbye when the server stops, in milliseconds. */
const GOODBYE_TIME = 2000;

/** How long the registrar has to take the binding away, in milliseconds. */
const UNREGISTER_TIME = 1000;

/** What the parts go by; tests pass what they can move. */
export interface ApplianceTime {
	readonly clock: Clock;
	readonly wall: WallClock;
}

const SYSTEM_TIME: ApplianceTime = { clock: systemClock, wall: systemWallClock };

/** The server: its parts, built from the settings and started in order. */
export class Appliance {
	readonly calls: CallService;
	readonly translator: Translator;
	readonly live: LiveCalls;
	/** Undefined when none is kept. */
	readonly history: History | undefined;
	readonly #sip: SipStack;
	readonly #registering: RegistrationOrder | undefined;
	#registration: Registration | undefined;
	#accounts: readonly SipAccount[];
	readonly #xml: XmlServer | undefined;
	readonly #http: HttpServer | undefined;
	readonly #observation: Observation;
	readonly #clock: Clock;
	readonly #log: Logger;

	private constructor(parts: {
		calls: CallService;
		translator: Translator;
		live: LiveCalls;
		history: History | undefined;
		sip: SipStack;
		registering: RegistrationOrder | undefined;
		accounts: readonly SipAccount[];
		xml: XmlServer | undefined;
		http: HttpServer | undefined;
		observation: Observation;
		clock: Clock;
		log: Logger;
	}) {
		this.calls = parts.calls;
		this.translator = parts.translator;
		this.live = parts.live;
		this.history = parts.history;
		this.#sip = parts.sip;
		this.#registering = parts.registering;
		this.#accounts = parts.accounts;
		this.#xml = parts.xml;
		this.#http = parts.http;
		this.#observation = parts.observation;
		this.#clock = parts.clock;
		this.#log = parts.log;
	}

	/**
	 * Makes what the settings ask for and opens every port; what was opened is closed again when one cannot be.
	 *
	 * @param tail the last lines of the log, for the administrator's page.
	 * @param time what every part of it goes by.
	 * @throws {PreparationError} for a rule, a file or a folder that cannot be used.
	 * @throws {BindError} for a port that cannot be opened.
	 */
	static async start(
		settings: Settings,
		log: Logger,
		tail = new LogTail(),
		{ clock, wall }: ApplianceTime = SYSTEM_TIME,
	): Promise<Appliance> {
		const { translator, tls, identity, warnings } = await prepare(settings, log);
		for (const warning of warnings) log.warning(warning);
		const accounts = accountsOf(settings);
		const budget = connectionBudget();
		const sip = await SipStack.start({
			address: settings.ipAddress,
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
			accounts,
			clock,
			timers: RFC_TIMERS,
			log: log.child({ part: "sip" }),
		});
		const routeSet = settings.outboundProxy ? [looseRoute(settings.outboundProxy)] : [];
		const registering = settings.register ? { identity, routeSet } : undefined;
		const calls = new CallService({
			translator,
			legs: sip.endpoint,
			callerIdentity: settings.callerIdentity,
			identity,
			routeSet,
			referToHeaders: settings.referToHeaders,
			autoAnswer: settings.autoAnswer,
			limits: {
				initiatorTimeout: settings.initiatorTimeout * 1000,
				destinationTimeout: settings.destinationTimeout * 1000,
				maxDuration: settings.maxCallDuration * 1000,
			},
			maxCalls: settings.maxCalls,
			maxCallsPerSecond: settings.maxCallsPerSecond,
			clock,
			wall,
			log: log.child({ part: "call" }),
		});
		calls.events.subscribe(logCallEvents(log));
		const live = new LiveCalls({ clock, wall });
		calls.events.subscribe(live.hear);
		const shared = { clock, turns: new FairTurns(), budget };
		const history = settings.historyFile === "" ? undefined : makeHistory(settings, shared, log);
		if (history) calls.events.subscribe(history.hear);
		const xml = settings.xmlRpcPort > 0 ? makeXmlServer(settings, { calls, live }, shared, log) : undefined;
		const api: ApiOptions = {
			calls,
			live,
			history,
			clock,
			translate: (address) => translator.translate(address),
		};
		const observation = await Observation.start({
			settings,
			calls,
			live,
			sip,
			history,
			registered: registering && (() => appliance.registered),
			clock,
			log,
		});
		const admin = administration({
			settings,
			calls,
			history,
			translator,
			listening: () => appliance.listening,
			registration: () => appliance.#registration?.report,
			accounts: () => appliance.#accounts.map(({ user }) => user),
			certificate: tls.identity?.certificate,
			tail: () => tail.lines,
			clock,
			log,
		});
		const http =
			settings.httpPort > 0 ? makeHttpServer(settings, { api, admin, observation }, shared, log) : undefined;
		observation.xml = xml;
		observation.http = http;
		const appliance: Appliance = new Appliance({
			calls,
			translator,
			live,
			history,
			sip,
			registering,
			accounts,
			xml,
			http,
			observation,
			clock,
			log,
		});
		try {
			await xml?.start();
			await http?.start();
			appliance.#register();
			history?.start();
			observation.started();
		} catch (error) {
			await appliance.stop();
			throw error;
		}
		return appliance;
	}

	/** Whether the registrar has a binding for the identity; false when none is wanted. */
	get registered(): boolean {
		return this.#registration?.bound ?? false;
	}

	/** Every place where it listens. */
	get listening(): ListeningPlace[] {
		const tcp = (
			name: string,
			addresses: readonly { address: string; port: number }[] = [],
		): ListeningPlace[] => addresses.map(({ address, port }) => ({ name, protocol: "TCP", address, port }));
		return [
			...this.#sip.listening.map((place) => ({ name: "SIP", ...place })),
			...tcp("XML", this.#xml?.addresses),
			...tcp("HTTP", this.#http?.addresses),
		];
	}

	/**
	 * Makes ready to stop: takes no new calls, ends those that are being set up, and lets the anchored ones go on.
	 *
	 * @param limit how long they may, in milliseconds.
	 * @param cut ends the wait early.
	 * @returns when no call is left or the wait is over.
	 */
	async drain(limit: number, cut: AbortSignal): Promise<void> {
		const over = Promise.withResolvers<void>();
		const stopTimer = this.#clock.after(limit, over.resolve);
		cut.addEventListener("abort", () => over.resolve(), { once: true });
		await Promise.race([this.calls.drain(), over.promise]);
		stopTimer();
	}

	/**
	 * Takes over the rules, how numbers are cleaned, and the accounts of other settings, for the calls to come; nothing else of them.
	 *
	 * @throws {TranslationRuleError} for a rule that no engine takes; nothing has changed then.
	 */
	async apply(
		settings: Pick<Settings, "translationRules" | "numberCleaning" | "sipAccounts">,
	): Promise<void> {
		const translator = await compileRules(
			settings.translationRules,
			this.#log,
			numberCleaner(settings.numberCleaning),
		);
		if (this.calls.draining) return translator.dispose();
		for (const warning of translator.warnings) this.#log.warning(warning);
		this.translator.takeOver(translator);
		const accounts = accountsOf(settings);
		if (isDeepStrictEqual(accounts, this.#accounts)) return;
		this.#accounts = accounts;
		this.#sip.endpoint.setAccounts(accounts);
		// The binding stays: the same Contact is registered again (RFC 3261 section 10.3).
		this.#registration?.close();
		this.#register();
	}

	/** The machine may have slept: who counts on us has to hear that we are there. */
	readonly wokeUp = (): void => this.#sip.wokeUp();

	#register(): void {
		this.#registration = this.#registering && this.#sip.endpoint.createRegistration(this.#registering);
		this.#registration?.start();
	}

	/** Ends every call with a final result and a BYE, waits for the phones' answers a moment, and closes. */
	async stop(): Promise<void> {
		this.calls.stop();
		const told = this.#observation.close();
		await this.#http?.stop();
		const deadline = this.#clock.now() + GOODBYE_TIME;
		while (this.#sip.endpoint.legs > 0 && this.#clock.now() < deadline) await this.#pause(20);
		// Last, as a PBX that takes calls of registered users only may want a BYE from one.
		await Promise.race([this.#registration?.stop(), this.#pause(UNREGISTER_TIME)]);
		await this.#xml?.stop();
		await told;
		const left = this.#sip.endpoint.legs;
		if (left > 0) this.#log.warning(`${left} legs were not ended by their phones in time`);
		this.#sip.close();
		await this.history?.close();
		this.translator.dispose();
	}

	#pause(milliseconds: number): Promise<void> {
		return new Promise((resolve) => this.#clock.after(milliseconds, resolve));
	}
}
