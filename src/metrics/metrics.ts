import type { Exposition } from "./exposition.ts";
import type { MetricSources } from "./sources.ts";

/** The server's metrics; how they are written down is loaded when they are asked for the first time. */
export class Metrics {
	readonly #sources: MetricSources;
	#exposition: Promise<Exposition> | undefined;

	constructor(sources: MetricSources) {
		this.#sources = sources;
	}

	/** All metrics as they are now, in Prometheus's text format, and its Content-Type. */
	async scrape(): Promise<{ readonly contentType: string; readonly text: string }> {
		this.#sources.loop.watch();
		this.#exposition ??= this.#load();
		const exposition = await this.#exposition;
		return { contentType: exposition.contentType, text: await exposition.text() };
	}

	async #load(): Promise<Exposition> {
		const [{ expose }, { familiesOf }] = await Promise.all([
			import("./exposition.ts"),
			import("./families-of.ts"),
		]);
		return expose(familiesOf(this.#sources));
	}
}
