import { X509Certificate } from "node:crypto";
import type { CallService } from "../call/call-service.ts";
import type { Settings } from "../config/settings.ts";
import type { History } from "../history/history.ts";
import type { Health } from "../http/probes.ts";
import type { HttpServer } from "../http/server.ts";
import type { LiveCalls } from "../live/live-calls.ts";
import type { Logger } from "../log/logger.ts";
import type { Media } from "../media/media.ts";
import { CallCounters } from "../metrics/call-counters.ts";
import { EventLoopDelay } from "../metrics/event-loop-delay.ts";
import { Metrics } from "../metrics/metrics.ts";
import type { SipStack } from "../sip/sip-stack.ts";
import type { CallState } from "../state/call-state.ts";
import type { Clock } from "../time/clock.ts";
import { COMMIT, VERSION } from "../version.ts";
import type { Webhooks } from "../webhook/webhooks.ts";
import type { XmlServer } from "../xml/server.ts";
import type { Part } from "./parts.ts";

/** How long webhooks may take to deliver what is queued when the server stops, in milliseconds. */
const FLUSH_TIME = 2000;

export interface ObservationOptions {
	readonly settings: Settings;
	readonly calls: CallService;
	readonly live: LiveCalls;
	readonly sip: SipStack;
	readonly history: History | undefined;
	/** Undefined if StateFile is empty. */
	readonly state: CallState | undefined;
	/** Whether the registrar has a binding; undefined if registration is off. */
	readonly registered: (() => boolean) | undefined;
	readonly xml: XmlServer | undefined;
	/** Undefined if no tones are played. */
	readonly media: Media | undefined;
	/** The certificates in use, PEM. */
	readonly certificates: () => readonly { readonly use: string; readonly certificate: string }[];
	readonly clock: Clock;
	readonly log: Logger;
}

/** What programs learn about the server: metrics, probes and webhooks. It only observes. */
export class Observation implements Part {
	readonly name = "the observation";
	readonly metrics: Metrics;
	readonly health: Health;
	/** Set once it is created: it serves the metrics that count its clients. */
	http: HttpServer | undefined;
	readonly #loop: EventLoopDelay;
	readonly #webhooks: Webhooks | undefined;
	#started = false;
	#stopping: Promise<void> | undefined;

	private constructor(
		{ calls, sip, history, state, registered, xml, media, certificates, clock }: ObservationOptions,
		webhooks: Webhooks | undefined,
	) {
		const counters = new CallCounters(() => clock.now());
		calls.events.subscribe(counters.hear);
		this.#loop = new EventLoopDelay(clock);
		this.#webhooks = webhooks;
		this.metrics = new Metrics({
			version: VERSION,
			commit: COMMIT,
			calls: counters,
			openCalls: () => calls.open,
			sip: () => sip.figures,
			xmlClients: xml && (() => xml.clients),
			httpClients: () => this.http?.clients ?? 0,
			httpGuesses: () => this.http?.guesses ?? { wrong: 0, refused: 0 },
			httpAnswers: () => this.http?.answers ?? [],
			history: history && (() => history.figures),
			state: state && (() => state.figures),
			restoration: () => calls.restoration,
			media: media && (() => media.figures),
			registered,
			certificates: () =>
				certificates().map(({ use, certificate }) => ({ use, until: untilOf(certificate) })),
			webhooks: webhooks && (() => webhooks.figures),
			loop: this.#loop,
		});
		this.health = {
			trouble: () => (sip.open ? undefined : "the SIP sockets are closed"),
			unready: () => {
				if (!this.#started) return "starting";
				if (calls.draining) return "draining";
				return registered?.() === false ? "not registered" : undefined;
			},
		};
	}

	/** Starts observing. */
	static async open(options: ObservationOptions): Promise<Observation> {
		const { settings, live } = options;
		const webhooks = settings.webhooks.length > 0 ? await makeWebhooks(options) : undefined;
		if (webhooks) live.subscribe(webhooks.hear);
		return new Observation(options, webhooks);
	}

	/** The server accepts calls now. */
	started(): void {
		this.#started = true;
	}

	/**
	 * Delivers queued events to the webhooks, for a limited time that starts with the first call; never
	 * rejects.
	 */
	stop(): Promise<void> {
		this.#stopping ??= this.#stop();
		return this.#stopping;
	}

	async #stop(): Promise<void> {
		this.#loop.close();
		await this.#webhooks?.close(FLUSH_TIME);
	}
}

/** When a certificate ends, in seconds since 1970. */
function untilOf(pem: string): number {
	return Date.parse(new X509Certificate(pem).validTo) / 1000;
}

/** Loaded only if webhooks are configured. */
async function makeWebhooks({ settings, clock, log }: ObservationOptions): Promise<Webhooks> {
	const [{ Webhooks }, { eventJson }] = await Promise.all([
		import("../webhook/webhooks.ts"),
		import("../live/call-json.ts"),
	]);
	return new Webhooks({
		receivers: settings.webhooks,
		body: (event) => JSON.stringify(eventJson(event)),
		clock,
		log: log.child({ part: "webhook" }),
	});
}
