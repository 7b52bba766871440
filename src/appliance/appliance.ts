import { logCallEvents } from "../call/call-log.ts";
import type { CallService } from "../call/call-service.ts";
import type { Settings } from "../config/settings.ts";
import type { HttpServer } from "../http/server.ts";
import { LiveCalls } from "../live/live-calls.ts";
import { LogTail } from "../log/log-tail.ts";
import type { Logger } from "../log/logger.ts";
import { connectionBudget } from "../net/descriptor-limit.ts";
import { FairTurns } from "../net/fair-turns.ts";
import type { ListeningPlace } from "../net/listening-place.ts";
import type { Clock } from "../time/clock.ts";
import { gatedClock } from "../time/gate.ts";
import { systemClock } from "../time/system-clock.ts";
import { systemWallClock, type WallClock } from "../time/wall-clock.ts";
import { administration } from "./administration.ts";
import {
	looseRoute,
	makeCalls,
	makeHistory,
	makeHttpServer,
	makeState,
	makeXmlServer,
	serverPart,
} from "./appliance-parts.ts";
import { boxSource } from "./box.ts";
import { CallsPart } from "./calls-part.ts";
import { CertificatesPart } from "./certificates-part.ts";
import { openCluster } from "./cluster-part.ts";
import { ContactsPart } from "./contacts-part.ts";
import { FirstRun } from "./first-run.ts";
import { closedSetUp, makeSettingsEditor } from "./make-settings-editor.ts";
import { Observation } from "./observation.ts";
import type { OwnPlace } from "./own-place.ts";
import { Parts, type Reloaded } from "./parts.ts";
import { withPast } from "./past-calls.ts";
import { type Preparation, prepare } from "./preparation.ts";
import { RegistrationPart } from "./registration-part.ts";
import { RulesPart } from "./rules-part.ts";
import { SipPart } from "./sip-part.ts";
import { TonePart } from "./tone-part.ts";
import { WebhookPart } from "./webhook-part.ts";

/** The clocks that the parts use; tests pass their own. */
export interface ApplianceTime {
	readonly clock: Clock;
	readonly wall: WallClock;
}

const SYSTEM_TIME: ApplianceTime = { clock: systemClock, wall: systemWallClock };

/** What all parts are built from. */
interface Making extends ApplianceTime {
	readonly settings: Settings;
	readonly log: Logger;
	readonly tail: LogTail;
	readonly place: OwnPlace | undefined;
	readonly parts: Parts;
}

/** The parts that the appliance itself uses. */
interface Made {
	readonly sip: SipPart;
	readonly calls: CallService;
	/** Undefined if the identity is not registered. */
	readonly registration: RegistrationPart | undefined;
	/** Whether connected calls are left to the next process. */
	readonly keepsCalls: () => boolean;
}

/** The server: its parts, created from the settings and started in order. */
export class Appliance {
	readonly calls: CallService;
	readonly #sip: SipPart;
	readonly #registration: RegistrationPart | undefined;
	readonly #parts: Parts;
	readonly #keepsCalls: () => boolean;
	readonly #clock: Clock;
	/** The reloadable settings in force. */
	#settings: Reloaded;

	private constructor({ sip, calls, registration, keepsCalls }: Made, { parts, clock, settings }: Making) {
		this.calls = calls;
		this.#sip = sip;
		this.#registration = registration;
		this.#keepsCalls = keepsCalls;
		this.#parts = parts;
		this.#clock = clock;
		this.#settings = settings;
	}

	/**
	 * Creates the parts that the settings ask for and opens every port; if one cannot be opened, those
	 * already open are closed again, in reverse order.
	 *
	 * @param tail the last lines of the log, for the administrator's page.
	 * @param time the clocks of all parts.
	 * @param place where its configuration is, for the pages that change it; undefined: there are none.
	 * @throws {PreparationError} for a rule, a file or a folder that cannot be used.
	 * @throws {BindError} for a port that cannot be opened.
	 */
	static async start(
		settings: Settings,
		log: Logger,
		tail = new LogTail(),
		time: ApplianceTime = SYSTEM_TIME,
		place?: OwnPlace,
	): Promise<Appliance> {
		const preparation = await prepare(settings, log);
		for (const warning of preparation.warnings) log.warning(warning);
		const making = { ...time, settings, log, tail, place, parts: new Parts(log) };
		try {
			return new Appliance(await startParts(preparation, making), making);
		} catch (error) {
			await making.parts.stop();
			throw error;
		}
	}

	/** Whether connected calls go on when it stops, for the next process to take up. */
	get keepsCalls(): boolean {
		return this.#keepsCalls();
	}

	/** Whether the registrar has a binding for the identity; false if registration is off. */
	get registered(): boolean {
		return this.#registration?.bound ?? false;
	}

	/** Every place where it listens. */
	get listening(): ListeningPlace[] {
		return this.#parts.listening;
	}

	/**
	 * Prepares to stop: takes no new calls, ends those being set up, and lets the anchored ones go on.
	 *
	 * @param limit how long they may go on, in milliseconds.
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
	 * Takes over the rules, the number cleaning and the accounts of other settings, for future calls; nothing
	 * else changes.
	 *
	 * @throws {TranslationRuleError} for a rule that no engine accepts; nothing has changed then.
	 */
	async apply(settings: Reloaded): Promise<void> {
		if (this.calls.draining) return;
		await this.#parts.reload(settings, this.#settings);
		this.#settings = settings;
	}

	/** The machine may have slept: those that count on us must learn that we are still there. */
	readonly wokeUp = (): void => this.#sip.stack.wokeUp();

	/** Ends every call with a final result and a BYE, waits briefly for the phones' answers, and closes. */
	stop(): Promise<void> {
		return this.#parts.stop();
	}
}

/** Starts the parts in order: each is built from those before it. */
async function startParts(
	{ translator, tls, certificates, identity }: Preparation,
	making: Making,
): Promise<Made> {
	const { settings, log, tail, clock, wall, place, parts } = making;
	const shared = { clock, turns: new FairTurns(), budget: connectionBudget(), certificates };
	await parts.start(new RulesPart(translator, log));
	const state = settings.stateFile === "" ? undefined : await parts.start(makeState(settings, making));
	const cluster = settings.clusterUrl === "" ? undefined : await openCluster(settings, making);
	await cluster?.start(state?.callIdKey);
	const callIdKey = cluster?.callIdKey ?? state?.callIdKey;
	const contacts = await parts.start(await ContactsPart.open(settings, clock, log));
	const hearing = await TonePart.open(settings, { clock, wall, log });
	if (hearing) await parts.start(hearing);
	const live = new LiveCalls({ clock, wall, nameOf: contacts.nameOf });
	if (cluster) live.box = settings.nodeName;
	const webhooks = await WebhookPart.open(settings, { clock, wall, log });
	if (webhooks) {
		const { hear } = (await parts.start(webhooks)).webhooks;
		// Each box posts the events of its own calls.
		live.subscribe((event) => {
			if (event.kind === "refused" || live.isOwn(event.call)) hear(event);
		});
	}
	// Until the calls are restored, nothing that waits for input or output may come: a request in one of them
	// would be refused.
	const gate = cluster?.gate;
	// What a box does by itself waits, too, while it does not know who has its calls.
	const callClock = gate ? gatedClock(clock, gate) : clock;
	const sip = await parts.start(
		await SipPart.open(settings, { ...shared, clock: callClock, tls, log, callIdKey, gate }),
	);
	const routeSet = settings.outboundProxy ? [looseRoute(settings.outboundProxy)] : [];
	const tones = hearing?.options;
	const calls = makeCalls(
		settings,
		{ translator, legs: sip.endpoint, identity, routeSet, tones, clock: callClock, wall },
		log,
	);
	calls.events.subscribe(logCallEvents(log));
	calls.events.subscribe(live.hear);
	const history = settings.historyFile === "" ? undefined : makeHistory(settings, shared, log);
	if (history) {
		calls.events.subscribe(history.hear);
		history.complete(state?.endedLast() ?? []);
	}
	state?.restore(calls, live, cluster?.goneCalls);
	cluster?.attach(calls, live);
	if (callIdKey) sip.stack.restored();
	if (history) {
		await parts.start({ name: "the history", start: () => history.start(), stop: () => history.close() });
	}
	const registration = settings.register
		? new RegistrationPart(
				sip.endpoint,
				{ identity, routeSet },
				clock,
				settings.registerBy === "one" ? cluster : undefined,
			)
		: undefined;
	const wantsXml = settings.xmlRpcPort > 0 || settings.xmlRpcTlsPort > 0;
	const told = { calls, live: withPast(live, history) };
	const xml = wantsXml ? makeXmlServer(settings, told, shared, log) : undefined;
	const watched = await parts.start(new CertificatesPart(certificates, clock, log));
	const observation = await parts.start(
		new Observation({
			calls,
			sip: sip.stack,
			history,
			state,
			cluster,
			registration,
			xml,
			media: hearing?.media,
			certificates: () => watched.current,
			webhooks,
			clock,
		}),
	);
	if (xml) await parts.start(serverPart("XML", xml));
	// Also without pages: what has turned them off, or their password, goes back when nobody confirms it.
	const editor = place && makeSettingsEditor(place, settings, { clock, log });
	if (editor) await parts.start({ name: "the settings", stop: () => editor.stop() });
	let http: HttpServer | undefined;
	if (settings.httpPort > 0 || settings.httpsPort > 0) {
		const api = {
			calls,
			live,
			history,
			clock,
			keyExchanges: [cluster?.keyExchange, state?.keys].filter((keys) => keys !== undefined),
			translate: (address: string) => translator.translate(address),
			contacts,
		};
		const admin = administration({
			settings,
			calls,
			history,
			state,
			cluster,
			translator,
			contacts: () => contacts.size,
			listening: () => parts.listening,
			registration: () => registration?.report,
			accounts: () => sip.users,
			certificates: () => watched.current,
			tail: () => tail.lines,
			clock,
			log,
		});
		const { endpoint } = sip;
		const box =
			place &&
			(closedSetUp(settings) ??
				(editor &&
					boxSource({
						place,
						settings,
						editor,
						tryRegistration: (order, accounts) => endpoint.tryRegistration(order, accounts),
					})));
		const firstRun = place && settings.firstRun ? new FirstRun(place.configFile, settings, log) : undefined;
		http = makeHttpServer(settings, { api, admin, observation, box, firstRun }, shared, log);
		if (firstRun) {
			firstRun.taken = () => {
				editor?.changes.firstRunIsOver();
				http?.renewApp();
			};
			calls.closedBecause = firstRun.closedBecause;
		}
		if (editor) editor.changes.taken = () => http?.reconnect();
		observation.http = http;
		await parts.start(serverPart("HTTP", http));
	}
	watched.watch({ sip: sip.stack, xml, http });
	if (cluster) await parts.start({ name: cluster.name, stop: () => cluster.close() });
	// It ends after the calls: a PBX that takes calls only from registered users may want the same of a BYE.
	if (registration) await parts.start(registration);
	calls.probe();
	const keepsCalls = () => settings.keepCalls && state?.usable === true;
	sip.kept = () => 2 * calls.open;
	const legs = () => sip.endpoint.legs;
	await parts.start(new CallsPart({ calls, observation, legs, state, cluster, keepsCalls, clock }));
	return { sip, calls, registration, keepsCalls };
}
