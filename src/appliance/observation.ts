import { X509Certificate } from "node:crypto";
import type { CallService } from "../call/call-service.ts";
import type { ClusterFigures } from "../cluster/types.ts";
import type { History } from "../history/history.ts";
import type { Health } from "../http/probes.ts";
import type { HttpServer } from "../http/server.ts";
import type { Media } from "../media/media.ts";
import { CallCounters } from "../metrics/call-counters.ts";
import { EventLoopDelay } from "../metrics/event-loop-delay.ts";
import { Histogram } from "../metrics/histogram.ts";
import { Metrics } from "../metrics/metrics.ts";
import type { MetricSources } from "../metrics/sources.ts";
import type { SipStack } from "../sip/sip-stack.ts";
import type { CallState } from "../state/call-state.ts";
import type { Clock } from "../time/clock.ts";
import { COMMIT, VERSION } from "../version.ts";
import type { XmlServer } from "../xml/server.ts";
import type { Part } from "./parts.ts";
import type { WebhookPart } from "./webhook-part.ts";

/** Seconds; no command may take longer than a second. */
const COMMAND_BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** The cluster as far as it is watched. */
interface WatchedCluster {
	readonly figures: ClusterFigures;
	watchCommands(took: (seconds: number) => void): void;
}

export interface ObservationOptions {
	readonly calls: CallService;
	readonly sip: SipStack;
	readonly history: History | undefined;
	/** Undefined if StateFile is empty. */
	readonly state: CallState | undefined;
	/** Undefined for a box alone. */
	readonly cluster: WatchedCluster | undefined;
	/** Undefined if registration is off. */
	readonly registration: { readonly bound: boolean; readonly missing: boolean } | undefined;
	readonly xml: XmlServer | undefined;
	/** Undefined if no tones are played. */
	readonly media: Media | undefined;
	/** The certificates in use, PEM. */
	readonly certificates: () => readonly { readonly use: string; readonly certificate: string }[];
	readonly webhooks: WebhookPart | undefined;
	readonly clock: Clock;
}

/** What programs learn about the server: metrics, probes and webhooks. It only observes. */
export class Observation implements Part {
	readonly name = "the observation";
	readonly metrics: Metrics;
	readonly health: Health;
	/** Set once it is created: it serves the metrics that count its clients. */
	http: HttpServer | undefined;
	readonly #loop: EventLoopDelay;
	readonly #webhooks: WebhookPart | undefined;
	#started = false;

	constructor({
		calls,
		sip,
		history,
		state,
		cluster,
		registration,
		xml,
		media,
		certificates,
		webhooks,
		clock,
	}: ObservationOptions) {
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
			cluster: cluster && clusterSource(cluster),
			media: media && (() => media.figures),
			registered: registration && (() => registration.bound),
			certificates: () =>
				certificates().map(({ use, certificate }) => ({ use, until: untilOf(certificate) })),
			webhooks: webhooks && (() => webhooks.webhooks.figures),
			loop: this.#loop,
		});
		this.health = {
			trouble: () => (sip.open ? undefined : "the SIP sockets are closed"),
			unready: () => {
				if (!this.#started) return "starting";
				if (calls.draining) return "draining";
				return registration?.missing ? "not registered" : undefined;
			},
		};
	}

	/** The server accepts calls now. */
	started(): void {
		this.#started = true;
	}

	/**
	 * Delivers queued events to the webhooks, for a limited time that starts with the first call; never
	 * rejects.
	 */
	async stop(): Promise<void> {
		this.#loop.close();
		await this.#webhooks?.stop();
	}
}

/** When a certificate ends, in seconds since 1970. */
function untilOf(pem: string): number {
	return Date.parse(new X509Certificate(pem).validTo) / 1000;
}

/** What is counted of several boxes, and how long their engine takes. */
function clusterSource(cluster: WatchedCluster): NonNullable<MetricSources["cluster"]> {
	const commands = new Histogram(COMMAND_BOUNDS);
	cluster.watchCommands((seconds) => commands.observe(seconds));
	return () => ({ ...cluster.figures, commands });
}
