import type { Histogram } from "./histogram.ts";

/** A value of a family; the labels in the order of the family's label names. */
export type Sample<Value> = readonly [labels: readonly string[], value: Value];

interface Described {
	/** By the conventions of Prometheus: base units, `_total` for what only grows. */
	readonly name: string;
	readonly help: string;
	readonly labels: readonly string[];
}

/** A metric with all its label values; read on demand. */
export type MetricFamily = Described &
	(
		| { readonly type: "counter" | "gauge"; readonly samples: () => readonly Sample<number>[] }
		| { readonly type: "histogram"; readonly samples: () => readonly Sample<Histogram>[] }
	);

/** A counter without labels. */
export function counter(name: string, help: string, value: () => number): MetricFamily {
	return { type: "counter", name, help, labels: [], samples: () => [[[], value()]] };
}

/** A value that goes up and down, without labels. */
export function gauge(name: string, help: string, value: () => number): MetricFamily {
	return { type: "gauge", name, help, labels: [], samples: () => [[[], value()]] };
}

/** Samples with one label, of a record's entries. */
export function byKey(record: Readonly<Record<string, number>>): Sample<number>[] {
	return Object.entries(record).map(([key, value]) => [[key], value]);
}
