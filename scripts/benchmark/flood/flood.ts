/** Floods each port in turn, while a client next to the flood measures how well it is served. */
import { join } from "node:path";
import { MB } from "../measure.ts";
import { memory } from "../process-figures.ts";
import { renderTable } from "../report.ts";
import { LOAD_SETTINGS, ServerProcess } from "../server-process.ts";
import { FLOODS, type FloodKind } from "./messages.ts";
import { type Testimony, watch } from "./witness.ts";

const FLOOD_MS = 60_000;
const QUICK_MS = 10_000;

/** Milliseconds in which every OPTIONS must be answered during a flood; a datagram may be lost in a full buffer. */
export const SLOWEST_OPTIONS_MS: Readonly<Record<FloodKind, number>> = {
	"sip-udp": 1000,
	"sip-tcp": 250,
	xml: 250,
	http: 250,
};

/** How one flood went. */
export interface FloodResult extends Testimony {
	readonly kind: FloodKind;
	/** Messages that the flood sent. */
	readonly sent: number;
	readonly peakMb: number;
	readonly logOctets: number;
}

export interface FloodOptions {
	readonly executable: string;
	/** Ten seconds for each port instead of a minute. */
	readonly quick: boolean;
	/** Hears how it goes. */
	readonly say: (text: string) => void;
}

/** Floods every port of a server of its own. */
export async function floodAll({ executable, quick, say }: FloodOptions): Promise<FloodResult[]> {
	const results: FloodResult[] = [];
	for (const kind of FLOODS) {
		const result = await flood(executable, kind, quick ? QUICK_MS : FLOOD_MS);
		say(
			`flood ${kind}: ${result.sent} sent, slowest OPTIONS ${result.slowestOptionsMs.toFixed(0)} ms, ` +
				`slowest call ${result.slowestCallMs.toFixed(0)} ms, ${result.badCalls} calls failed`,
		);
		results.push(result);
	}
	return results;
}

async function flood(executable: string, kind: FloodKind, milliseconds: number): Promise<FloodResult> {
	const server = await ServerProcess.start({ command: [executable], settings: LOAD_SETTINGS });
	const ports = {
		"sip-udp": server.sipPort,
		"sip-tcp": server.sipPort,
		xml: server.xmlPort,
		http: server.httpPort,
	};
	try {
		const script = join(import.meta.dir, "attacker.ts");
		const attacker = Bun.spawn([process.execPath, script, kind, String(ports[kind])], {
			stdin: "ignore",
			stdout: "pipe",
			stderr: "inherit",
		});
		const testimony = await watch(server.sipPort, server.xmlPort, milliseconds);
		attacker.kill("SIGTERM");
		const sent = Number(await new Response(attacker.stdout).text());
		return {
			...testimony,
			kind,
			sent,
			peakMb: memory(server.pids).peak / MB,
			logOctets: server.output.octets,
		};
	} finally {
		await server.stop();
	}
}

/** What a flood kept from others. */
export function floodProblems({ kind, slowestOptionsMs, badCalls, calls }: FloodResult): string[] {
	const problems: string[] = [];
	if (!(slowestOptionsMs <= SLOWEST_OPTIONS_MS[kind]))
		problems.push(
			`${kind}: the slowest OPTIONS took ${slowestOptionsMs.toFixed(0)} ms, at most ${SLOWEST_OPTIONS_MS[kind]} ms is allowed`,
		);
	if (badCalls > 0) problems.push(`${kind}: ${badCalls} of ${calls} calls failed`);
	return problems;
}

/** The results for people. */
export function renderFloods(results: readonly FloodResult[]): string {
	const head = [
		"flood",
		"messages",
		"slowest OPTIONS ms",
		"slowest call ms",
		"calls",
		"failed",
		"MB peak",
		"log KB",
	];
	const rows = results.map((result) => [
		result.kind,
		String(result.sent),
		result.slowestOptionsMs.toFixed(0),
		result.slowestCallMs.toFixed(0),
		String(result.calls),
		String(result.badCalls),
		result.peakMb.toFixed(0),
		(result.logOctets / 1000).toFixed(0),
	]);
	const problems = results.flatMap(floodProblems);
	const verdict = problems.length === 0 ? "all well" : problems.map((problem) => `- ${problem}`).join("\n");
	return `${renderTable(head, rows)}\n\n${verdict}\n`;
}
