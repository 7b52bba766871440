import { RESULT_CLASSES } from "../call/results.ts";
import { CALL_WAYS, LEG_NAMES } from "../call/types.ts";
import { byKey, gauge, type MetricFamily, type Sample } from "./families.ts";
import type { MetricSources } from "./sources.ts";

/** What calls come to. */
export function callFamilies({ calls, openCalls }: MetricSources): MetricFamily[] {
	return [
		{
			type: "counter",
			name: "clicktocall_calls_total",
			help: "Calls by final result: class of the code, phone it is about, way the phones were connected",
			labels: ["way", "leg", "code"],
			samples: () =>
				CALL_WAYS.flatMap((way) =>
					LEG_NAMES.flatMap((leg) =>
						// The initiator's answer is never a final result.
						RESULT_CLASSES.filter((first) => leg === "Destination" || first > 2).map(
							(first): Sample<number> => [
								[way, leg.toLowerCase(), `${first}xx`],
								calls.results[way][leg][first] ?? 0,
							],
						),
					),
				),
		},
		gauge("clicktocall_calls_in_progress", "Calls in progress", openCalls),
		{
			type: "counter",
			name: "clicktocall_requests_accepted_total",
			help: "Accepted requests for calls, by interface",
			labels: ["via"],
			samples: () => byKey(calls.placed),
		},
		{
			type: "counter",
			name: "clicktocall_requests_refused_total",
			help: "Refused requests for calls: address that cannot be called, server stopping, MaxCalls, MaxCallsPerSecond",
			labels: ["reason"],
			samples: () => byKey(calls.refused),
		},
		{
			type: "counter",
			name: "clicktocall_tones_total",
			help: "Tones played to initiators, by name",
			labels: ["tone"],
			samples: () => byKey(calls.tones),
		},
		{
			type: "histogram",
			name: "clicktocall_answer_seconds",
			help: "Time from calling a phone to its answer",
			labels: ["leg"],
			samples: () => LEG_NAMES.map((leg) => [[leg.toLowerCase()], calls.answered[leg]]),
		},
		{
			type: "histogram",
			name: "clicktocall_setup_seconds",
			help: "Time from the request to the connection of both phones",
			labels: ["way"],
			samples: () => CALL_WAYS.map((way) => [[way], calls.setUp[way]]),
		},
	];
}
