import { timersSet } from "../time/system-clock.ts";
import { systemWallClock, type WallClock } from "../time/wall-clock.ts";
import { clusterFamilies } from "./cluster-families.ts";
import { counter, gauge, type MetricFamily, type Sample } from "./families.ts";
import type { MetricSources, WebhookFigures } from "./sources.ts";

/** The interfaces and what is behind the calls. */
export function serverFamilies(sources: MetricSources): MetricFamily[] {
	const {
		xmlClients,
		httpClients,
		httpGuesses,
		httpAnswers,
		history,
		state,
		restoration,
		media,
		webhooks,
		certificates,
		cluster,
	} = sources;
	const families: MetricFamily[] = [];
	if (xmlClients) families.push(gauge("clicktocall_xml_clients", "Clients of the XML interface", xmlClients));
	if (httpClients) {
		families.push(gauge("clicktocall_http_clients", "Connections to the web pages and /api", httpClients));
	}
	if (httpGuesses) {
		families.push({
			type: "counter",
			name: "clicktocall_http_guesses_total",
			help: "Wrong passwords and tokens, and tries that were refused because they came too soon after wrong ones",
			labels: ["outcome"],
			samples: () => {
				const { wrong, refused } = httpGuesses();
				return [
					[["wrong"], wrong],
					[["refused"], refused],
				];
			},
		});
	}
	if (httpAnswers) {
		families.push({
			type: "counter",
			name: "clicktocall_http_responses_total",
			help: "Answered HTTP requests by class of the status",
			labels: ["code"],
			samples: () => [2, 3, 4, 5].map((first) => [[`${first}xx`], httpAnswers()[first] ?? 0]),
		});
	}
	if (history) {
		families.push(
			gauge(
				"clicktocall_history_waiting",
				"Calls waiting to be written to the history",
				() => history().waiting,
			),
			counter(
				"clicktocall_history_lost_total",
				"Calls and refused requests missing from the history",
				() => history().lost,
			),
		);
	}
	if (media) {
		families.push(
			gauge("clicktocall_rtp_ports", "UDP ports from which calls may hear tones", () => media().ports),
			{
				type: "counter",
				name: "clicktocall_rtp_packets_total",
				help: "RTP packets of tones by outcome",
				labels: ["outcome"],
				samples: () => {
					const { packets, unsent } = media();
					return [
						[["sent"], packets],
						[["failed"], unsent],
					];
				},
			},
		);
	}
	if (certificates) {
		families.push({
			type: "gauge",
			name: "clicktocall_certificate_end_seconds",
			help: "When the certificate in use ends, in seconds since 1970",
			labels: ["use"],
			samples: () => certificates().map(({ use, until }) => [[use.toLowerCase()], until]),
		});
	}
	if (state && restoration) families.push(...stateFamilies(state, restoration));
	if (cluster) families.push(...clusterFamilies(cluster));
	if (webhooks) families.push(...webhookFamilies(webhooks));
	return [...families, ...processFamilies(sources)];
}

/** The calls in progress on the disk, and those that were taken up from there. */
function stateFamilies(
	state: NonNullable<MetricSources["state"]>,
	restoration: NonNullable<MetricSources["restoration"]>,
): MetricFamily[] {
	return [
		gauge(
			"clicktocall_state_waiting",
			"Calls whose last change is not in the state file yet",
			() => state().waiting,
		),
		gauge(
			"clicktocall_state_lag_seconds",
			"How long the oldest change has been waiting to be written to the state file",
			() => state().lag,
		),
		{
			type: "counter",
			name: "clicktocall_restoration_total",
			help: "Calls of the processes before that were taken up, phones of them that were asked whether they are still there, calls that ended because one was not, and records that could not be used",
			labels: ["outcome"],
			samples: () => {
				const { restored, probed, freed, unusable } = restoration();
				return [
					[["restored"], restored],
					[["probed"], probed],
					[["freed"], freed],
					[["unusable"], unusable],
				];
			},
		},
	];
}

/** Webhooks go by their place in the settings, from 1: their addresses may hold passwords. */
function webhookFamilies(webhooks: () => readonly WebhookFigures[]): MetricFamily[] {
	const each = (samples: (figures: WebhookFigures, number: string) => Sample<number>[]): Sample<number>[] =>
		webhooks().flatMap((figures, index) => samples(figures, String(index + 1)));
	return [
		{
			type: "counter",
			name: "clicktocall_webhook_events_total",
			help: "Events by webhook and outcome",
			labels: ["webhook", "outcome"],
			samples: () =>
				each(({ delivered, failed, dropped }, number) => [
					[[number, "delivered"], delivered],
					[[number, "failed"], failed],
					[[number, "dropped"], dropped],
				]),
		},
		{
			type: "counter",
			name: "clicktocall_webhook_retries_total",
			help: "Retries of events",
			labels: ["webhook"],
			samples: () => each(({ retries }, number) => [[[number], retries]]),
		},
		{
			type: "gauge",
			name: "clicktocall_webhook_waiting",
			help: "Events not delivered yet",
			labels: ["webhook"],
			samples: () => each(({ waiting }, number) => [[[number], waiting]]),
		},
	];
}

/** Of the process; the names without prefix are those that Prometheus gives them everywhere. */
function processFamilies({ loop, version, commit }: MetricSources): MetricFamily[] {
	return [
		{
			type: "histogram",
			name: "clicktocall_event_loop_delay_seconds",
			help: "How late timers run, measured four times a second while metrics are scraped",
			labels: [],
			samples: () => [[[], loop.histogram]],
		},
		counter("process_cpu_seconds_total", "CPU time of the process", () => {
			const { user, system } = process.cpuUsage();
			return (user + system) / 1e6;
		}),
		gauge("process_resident_memory_bytes", "Memory of the process", () => process.memoryUsage.rss()),
		gauge("process_start_time_seconds", "Start of the process, in seconds since 1970", startTime()),
		gauge("clicktocall_heap_bytes", "Memory of live objects", () => process.memoryUsage().heapUsed),
		gauge("clicktocall_timers", "Timers that are set", timersSet),
		{
			type: "gauge",
			name: "clicktocall_build_info",
			help: "1; the labels hold the version",
			labels: ["version", "commit"],
			samples: () => [[[version, commit], 1]],
		},
	];
}

/** Seconds by which a correction of the clock may move the start: monitoring takes a change for a restart. */
const CORRECTION = 10;

/** Gives the start of the process by the time of day as it is now: at the start it may not have been set yet. */
function startTime(wall: WallClock = systemWallClock): () => number {
	const measure = (): number => wall.now() / 1000 - process.uptime();
	let shown = measure();
	return () => {
		const measured = measure();
		if (Math.abs(measured - shown) > CORRECTION) shown = measured;
		return shown;
	};
}
