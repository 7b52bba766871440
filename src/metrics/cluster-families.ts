import { counter, gauge, type MetricFamily } from "./families.ts";
import type { MetricSources } from "./sources.ts";

/** Several boxes that work as one, as this box sees them. */
export function clusterFamilies(cluster: NonNullable<MetricSources["cluster"]>): MetricFamily[] {
	return [
		gauge("clicktocall_cluster_seen", "1 while the cluster's Redis is seen", () =>
			Number(cluster().lostSince === undefined),
		),
		{
			type: "gauge",
			name: "clicktocall_cluster_lease",
			help: "1 for a box that has its lease",
			labels: ["box"],
			samples: () => cluster().boxes.map(({ name, alive }) => [[name], Number(alive)]),
		},
		{
			type: "gauge",
			name: "clicktocall_cluster_calls",
			help: "Calls in progress by box",
			labels: ["box"],
			samples: () => cluster().boxes.map(({ name, calls }) => [[name], calls]),
		},
		{
			type: "gauge",
			name: "clicktocall_cluster_registers",
			help: "1 for the box that registers for all",
			labels: ["box"],
			samples: () => {
				const { boxes, registrar } = cluster();
				return registrar === undefined ? [] : boxes.map(({ name }) => [[name], Number(name === registrar)]);
			},
		},
		gauge("clicktocall_cluster_lag_seconds", "Age of the oldest change not written yet", () => cluster().lag),
		gauge(
			"clicktocall_cluster_heard_lag_seconds",
			"Age of the last event of another box when it was heard",
			() => cluster().heardLag,
		),
		{
			type: "histogram",
			name: "clicktocall_cluster_command_seconds",
			help: "How long commands of Redis took",
			labels: [],
			samples: () => [[[], cluster().commands]],
		},
		counter(
			"clicktocall_cluster_takeovers_total",
			"Boxes whose calls this one has taken over",
			() => cluster().takeOvers,
		),
		counter(
			"clicktocall_cluster_fenced_total",
			"How often other boxes have taken over the calls of this one",
			() => cluster().fenced,
		),
	];
}
