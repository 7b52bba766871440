import type { LoadFigures } from "./load.ts";
import { median } from "./statistics.ts";

/** One run of one server under one load. */
export interface RunRecord extends LoadFigures {
	/** Such as `REFER, full speed`. */
	readonly name: string;
	/** From 1. */
	readonly round: number;
	readonly cpuMsPerCall: number;
	/** Resident memory at the end and its peak, in MB (10^6 bytes). */
	readonly residentMb: number;
	readonly peakMb: number;
}

/** A figure with the bar it has to reach. */
export interface BarRecord {
	readonly what: string;
	readonly figure: number;
	readonly unit: string;
	/** The highest figure that passes. */
	readonly atMost: number;
	/** Whether the bar itself is too much. */
	readonly below?: boolean;
	/** What the figure was made of. */
	readonly detail?: string;
}

/** A figure without a bar. */
export interface PlainRecord {
	readonly what: string;
	readonly figure: number;
	readonly unit: string;
}

/** Everything that was measured. */
export interface Report {
	readonly machine: string;
	readonly commit: string;
	readonly runs: RunRecord[];
	readonly bars: BarRecord[];
	readonly plain: PlainRecord[];
	readonly notes: string[];
}

/** Whether a figure reaches its bar; one that could not be measured does not. */
export function passes({ figure, atMost, below }: BarRecord): boolean {
	return below ? figure < atMost : figure <= atMost;
}

/** Calls of this server that failed or were lost. */
export function badCalls(report: Report): number {
	let bad = 0;
	for (const { name, failed, lost } of report.runs) if (!name.startsWith("Kamailio")) bad += failed + lost;
	return bad;
}

/** The report for people: Markdown tables. */
export function renderReport(report: Report): string {
	const pieces = [`${report.machine}; clicktocall ${report.commit}`];
	if (report.runs.length > 0) pieces.push(renderRuns(report.runs));
	if (report.bars.length > 0) pieces.push(renderBars(report.bars));
	if (report.plain.length > 0) {
		const rows = report.plain.map(({ what, figure, unit }) => [what, `${round(figure)} ${unit}`]);
		pieces.push(renderTable(["what", "figure"], rows));
	}
	if (report.notes.length > 0) pieces.push(report.notes.map((note) => `- ${note}`).join("\n"));
	return `${pieces.join("\n\n")}\n`;
}

function renderRuns(runs: readonly RunRecord[]): string {
	const head = [
		"median of the rounds",
		"calls",
		"failed",
		"calls/s",
		"CPU ms/call",
		"messages",
		"median ms",
		"p99 ms",
		"MB at end",
		"MB peak",
		"repeated",
	];
	const byName = Map.groupBy(runs, ({ name }) => name);
	const rows = [...byName].map(([name, group]) => {
		const middle = (key: (run: RunRecord) => number): number => median(group.map(key));
		const sum = (key: (run: RunRecord) => number): number =>
			group.reduce((total, run) => total + key(run), 0);
		return [
			name,
			String(sum((run) => run.done)),
			String(sum((run) => run.failed + run.lost)),
			middle((run) => run.callsPerSecond).toFixed(0),
			middle((run) => run.cpuMsPerCall).toFixed(3),
			middle((run) => run.messagesPerCall).toFixed(1),
			middle((run) => run.medianMs).toFixed(2),
			middle((run) => run.p99Ms).toFixed(2),
			middle((run) => run.residentMb).toFixed(0),
			middle((run) => run.peakMb).toFixed(0),
			String(sum((run) => run.retransmissions)),
		];
	});
	return renderTable(head, rows);
}

function renderBars(bars: readonly BarRecord[]): string {
	const rows = bars.map((bar) => [
		bar.what,
		`${round(bar.figure)} ${bar.unit}`.trim(),
		`${bar.below ? "under" : "at most"} ${bar.atMost} ${bar.unit}`.trim(),
		passes(bar) ? "pass" : "miss",
		bar.detail ?? "",
	]);
	return renderTable(["what", "figure", "bar", "", "made of"], rows);
}

/** A Markdown table with columns in line. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const widths = head.map((title, column) =>
		Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
	);
	const line = (cells: readonly string[]): string =>
		`| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
	return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** Three significant digits, whole numbers whole. */
function round(figure: number): string {
	if (!Number.isFinite(figure)) return "not measured";
	return Math.abs(figure) >= 100 ? figure.toFixed(0) : String(Number(figure.toPrecision(3)));
}
