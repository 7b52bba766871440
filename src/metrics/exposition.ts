import PromCounter from "prom-client/lib/counter.js";
import PromGauge from "prom-client/lib/gauge.js";
import PromRegistry from "prom-client/lib/registry.js";
import { CountedHistogram } from "./counted-histogram.ts";
import type { MetricFamily } from "./families.ts";

/** What a scrape gets. */
export interface Exposition {
	/** Value of Content-Type. */
	readonly contentType: string;
	/** All metrics as they are now, in Prometheus's text format. */
	text(): Promise<string>;
}

/**
 * Gives metrics to the client library. Loaded with the library at the first scrape.
 *
 * @throws {Error} for a name that is invalid or appears twice.
 */
export function expose(families: readonly MetricFamily[]): Exposition {
	const registry = new PromRegistry();
	for (const family of families) register(registry, family);
	return { contentType: registry.contentType, text: () => registry.metrics() };
}

function register(registry: PromRegistry, family: MetricFamily): void {
	const { name, help, labels } = family;
	const named = (values: readonly string[]): Record<string, string> =>
		Object.fromEntries(labels.map((label, index) => [label, values[index] ?? ""]));
	const config = { name, help, labelNames: labels, registers: [registry] };
	switch (family.type) {
		case "histogram": {
			const samples = () =>
				family.samples().map(([values, histogram]) => [named(values), histogram] as const);
			registry.registerMetric(new CountedHistogram({ name, help, labels, samples }));
			return;
		}
		case "gauge": {
			new PromGauge({
				...config,
				collect() {
					this.reset();
					for (const [values, value] of family.samples()) this.set(named(values), value);
				},
			});
			return;
		}
		case "counter":
			new PromCounter({
				...config,
				collect() {
					this.reset();
					for (const [values, value] of family.samples()) this.inc(named(values), value);
				},
			});
	}
}
