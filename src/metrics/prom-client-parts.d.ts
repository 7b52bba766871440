/** The parts of prom-client that are used here: all of it would load a push gateway and cluster support, too. */
declare module "prom-client/lib/registry.js" {
	import { Registry } from "prom-client";
	// biome-ignore lint/style/noDefaultExport: it is how the package exports its class.
	export default Registry;
}

declare module "prom-client/lib/counter.js" {
	import { Counter } from "prom-client";
	// biome-ignore lint/style/noDefaultExport: it is how the package exports its class.
	export default Counter;
}

declare module "prom-client/lib/gauge.js" {
	import { Gauge } from "prom-client";
	// biome-ignore lint/style/noDefaultExport: it is how the package exports its class.
	export default Gauge;
}

declare module "prom-client/lib/histogram.js" {
	import { Histogram, type MetricObjectWithValues, type MetricValueWithName } from "prom-client";
	// biome-ignore lint/style/noDefaultExport: it is how the package exports its class.
	export default class extends Histogram {
		/** What a registry asks for instead of `get`; the package's types do not know it. */
		getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<string>>>;
	}
}
