/**
 * A strict reader of Prometheus's text format 0.0.4 that also asks for what `promtool check metrics` does:
 * https://prometheus.io/docs/instrumenting/exposition_formats and /docs/practices/naming.
 */

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;
const VALUE = /^(?:[+-]?Inf|NaN|[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)$/;
const TYPES = new Set(["counter", "gauge", "histogram", "summary", "untyped"]);
/** Units that are not base units, and words that only repeat the type. */
const UNWANTED = /_(milliseconds|ms|minutes|hours|kilobytes|megabytes|percent|counter|gauge|histogram)(_|$)/;

type Labels = Readonly<Record<string, string>>;

interface Family {
	readonly name: string;
	help?: string;
	type?: string;
	readonly samples: Sample[];
}

interface Sample {
	readonly name: string;
	readonly labels: ReadonlyMap<string, string>;
	readonly value: number;
}

/** The metrics of a scrape. */
export class Scrape {
	readonly #families: ReadonlyMap<string, Family>;

	/** @throws {Error} that names the line, or the family, and what is wrong with it. */
	constructor(text: string) {
		if (!text.endsWith("\n")) throw new Error("the last line has to end");
		const reader = new Reader();
		text
			.slice(0, -1)
			.split("\n")
			.forEach((line, index) => {
				try {
					reader.read(line);
				} catch (error) {
					throw new Error(`line ${index + 1}, ${line}: ${error instanceof Error ? error.message : error}`);
				}
			});
		this.#families = reader.families;
		for (const family of this.#families.values()) check(family);
	}

	/** Names of all families. */
	get names(): string[] {
		return [...this.#families.keys()];
	}

	/** The value of the one sample of this name that has these labels among its own. @throws {Error} */
	value(name: string, labels: Labels = {}): number {
		const found = this.#find(name, labels);
		const [sample] = found;
		if (!sample || found.length > 1)
			throw new Error(`${found.length} samples ${name} ${JSON.stringify(labels)}, expected one`);
		return sample.value;
	}

	/** The sum over all samples of this name that have these labels among their own. */
	sum(name: string, labels: Labels = {}): number {
		return this.#find(name, labels).reduce((sum, { value }) => sum + value, 0);
	}

	/** The values that are not 0 of all samples of this name that have these labels, by another label. */
	by(label: string, name: string, labels: Labels = {}): Record<string, number> {
		const samples = this.#find(name, labels).filter(({ value }) => value !== 0);
		return Object.fromEntries(samples.map((sample) => [sample.labels.get(label) ?? "", sample.value]));
	}

	#find(name: string, labels: Labels): Sample[] {
		const wanted = Object.entries(labels);
		return [...this.#families.values()]
			.flatMap(({ samples }) => samples)
			.filter(
				(sample) => sample.name === name && wanted.every(([key, text]) => sample.labels.get(key) === text),
			);
	}
}

class Reader {
	readonly families = new Map<string, Family>();
	#current: Family | undefined;
	readonly #series = new Set<string>();

	read(line: string): void {
		if (line === "") return;
		const [, keyword, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
		if (keyword === undefined) return this.#sample(line);
		const family = this.#open(name);
		if (family.samples.length > 0) throw new Error("it has to come before the samples");
		if (keyword === "HELP") {
			if (family.help !== undefined) throw new Error("there is a HELP already");
			if (/\\(?![\\n])/.test(rest)) throw new Error("a backslash has to be escaped");
			family.help = rest;
			return;
		}
		if (family.type !== undefined) throw new Error("there is a TYPE already");
		if (!TYPES.has(rest)) throw new Error("unknown type");
		family.type = rest;
	}

	/** All lines of a family are in one group. */
	#open(name: string): Family {
		if (this.#current?.name === name) return this.#current;
		if (!METRIC_NAME.test(name)) throw new Error("bad name");
		if (this.families.has(name)) throw new Error("the lines of a metric have to stand together");
		this.#current = { name, samples: [] };
		this.families.set(name, this.#current);
		return this.#current;
	}

	#sample(line: string): void {
		const parts = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/.exec(line);
		if (!parts) throw new Error("neither a comment nor a sample");
		const [, name = "", labelText = "", value = ""] = parts;
		if (!VALUE.test(value)) throw new Error("bad value");
		const family = this.#current;
		const suffix = family && name.startsWith(family.name) ? name.slice(family.name.length) : undefined;
		const suffixes = family?.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
		if (!family || suffix === undefined || !suffixes.includes(suffix))
			throw new Error("not a sample of the metric above it");
		const labels = readLabels(labelText);
		const series = `${name} ${JSON.stringify([...labels].sort())}`;
		if (this.#series.has(series)) throw new Error("there is such a sample already");
		this.#series.add(series);
		family.samples.push({ name, labels, value: Number(value.replace("Inf", "Infinity")) });
	}
}

function readLabels(text: string): Map<string, string> {
	const labels = new Map<string, string>();
	LABEL.lastIndex = 0;
	while (LABEL.lastIndex < text.length) {
		const [, name = "", value = ""] = LABEL.exec(text) ?? [];
		if (name === "" || name.startsWith("__")) throw new Error("bad labels");
		if (labels.has(name)) throw new Error(`the label ${name} is there twice`);
		labels.set(name, value);
	}
	return labels;
}

/** What promtool says about a family as a whole. */
function check({ name, help, type, samples }: Family): void {
	const fail = (reason: string): never => {
		throw new Error(`${name}: ${reason}`);
	};
	if (!help) fail("no help");
	if (type === undefined || type === "untyped") fail("no type");
	if (UNWANTED.test(name)) fail("no base unit, or its type in its name");
	if ((type === "counter") !== name.endsWith("_total")) fail("counters, and no others, end in _total");
	if (type !== "histogram" && /_(bucket|count|sum|info_total)$/.test(name))
		fail("the name of a histogram's part");
	if (/[A-Z]/.test(name)) fail("capitals");
	if (type === "counter" && samples.some(({ value }) => !(value >= 0))) fail("a counter below 0");
	if (type === "histogram") checkHistogram(samples, fail);
}

function checkHistogram(samples: readonly Sample[], fail: (reason: string) => never): void {
	const groups = new Map<string, Sample[]>();
	for (const sample of samples) {
		const labels = [...sample.labels].filter(([label]) => label !== "le").sort();
		const key = JSON.stringify(labels);
		groups.set(key, [...(groups.get(key) ?? []), sample]);
	}
	for (const group of groups.values()) {
		const buckets = group.filter(({ labels }) => labels.has("le"));
		const bounds = buckets.map(({ labels }) => Number((labels.get("le") ?? "").replace("Inf", "Infinity")));
		const counts = buckets.map(({ value }) => value);
		const ascends = (numbers: readonly number[], apart: number): boolean =>
			numbers.every((number, index) => index === 0 || number - (numbers[index - 1] ?? 0) >= apart);
		if (!ascends(bounds, Number.EPSILON)) fail("bounds that do not ascend");
		if (!ascends(counts, 0)) fail("buckets that are not cumulative");
		if (bounds.at(-1) !== Number.POSITIVE_INFINITY) fail("no bucket +Inf");
		const parts = group.filter(({ labels }) => !labels.has("le"));
		const count = parts.find((sample) => sample.name.endsWith("_count"));
		if (parts.length !== 2 || !count) return fail("_sum and _count expected");
		if (count.value !== counts.at(-1)) fail("_count is not that of +Inf");
	}
}
