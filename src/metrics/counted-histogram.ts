import type { MetricObjectWithValues, MetricValueWithName } from "prom-client";
import PromHistogram from "prom-client/lib/histogram.js";
import type { Histogram } from "./histogram.ts";

type Values = MetricObjectWithValues<MetricValueWithName<string>>;

/** Observations are counted in our own histograms; the client library only prints them. */
export interface CountedHistogramOptions {
	readonly name: string;
	readonly help: string;
	readonly labels: readonly string[];
	readonly samples: () => readonly (readonly [Readonly<Record<string, string>>, Histogram])[];
}

/** A histogram whose values are counted elsewhere. */
export class CountedHistogram extends PromHistogram {
	readonly #options: CountedHistogramOptions;

	constructor(options: CountedHistogramOptions) {
		super({ name: options.name, help: options.help, labelNames: options.labels, registers: [] });
		this.#options = options;
	}

	override get(): Promise<Values> {
		return this.getForPromString();
	}

	override async getForPromString(): Promise<Values> {
		const { name, samples } = this.#options;
		const values = samples().flatMap(([labels, histogram]) => valuesOf(name, labels, histogram));
		return { ...(await super.getForPromString()), values };
	}
}

function valuesOf(
	name: string,
	labels: Readonly<Record<string, string>>,
	histogram: Histogram,
): MetricValueWithName<string>[] {
	const { bounds, cumulative, sum } = histogram;
	const count = cumulative.at(-1) ?? 0;
	const bucket = (le: number | string, value: number): MetricValueWithName<string> => ({
		metricName: `${name}_bucket`,
		labels: { ...labels, le },
		value,
	});
	return [
		...bounds.map((bound, index) => bucket(bound, cumulative[index] ?? 0)),
		bucket("+Inf", count),
		{ metricName: `${name}_sum`, labels, value: sum },
		{ metricName: `${name}_count`, labels, value: count },
	];
}
