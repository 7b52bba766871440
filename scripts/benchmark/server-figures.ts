/** What a server reports about itself, and the operating system about it. */
import { readdirSync } from "node:fs";

/** The figures of /metrics by name, those of all labels added up. */
export type Metrics = ReadonlyMap<string, number>;

/** Reads the text format of Prometheus. */
export function readMetrics(text: string): Metrics {
	const figures = new Map<string, number>();
	for (const line of text.split("\n")) {
		const found = /^([a-z_]+)(?:\{.*\})? (\S+)$/.exec(line);
		if (!found) continue;
		const [, name = "", value = ""] = found;
		figures.set(name, (figures.get(name) ?? 0) + Number(value));
	}
	return figures;
}

/** @throws {Error} when it does not answer within 10 s. */
export async function metricsOf(host: string, httpPort: number): Promise<Metrics> {
	const response = await fetch(`http://${host}:${httpPort}/metrics`, { signal: AbortSignal.timeout(10_000) });
	return readMetrics(await response.text());
}

/** Open files and sockets of a process (proc(5)). */
export function descriptorsOf(pid: number): number {
	return readdirSync(`/proc/${pid}/fd`).length;
}
