/** A server under a mixed load for as long as one likes, with idle times between. */
import { SimulatedPhone } from "../../../src/simulator/phone.ts";
import { MB } from "../measure.ts";
import { memory } from "../process-figures.ts";
import { Registrar } from "../registrar.ts";
import { renderTable } from "../report.ts";
import { descriptorsOf, metricsOf } from "../server-figures.ts";
import { LOAD_SETTINGS, ServerProcess } from "../server-process.ts";
import { percentile } from "../statistics.ts";
import { EventReader } from "./event-reader.ts";
import { growth, type Sample } from "./growth.ts";
import { Ledger } from "./ledger.ts";
import { kindOf, LATEST_RESULT_MS, RING_SECONDS } from "./mix.ts";
import { type SoakPlan, soakPlan } from "./plan.ts";
import { XmlCaller } from "./xml-caller.ts";

const HOST = "127.0.0.1";
const CALLS_PER_SECOND = 20;
/** So short that the registration is renewed in every phase. */
const REGISTRATION_SECONDS = 60;
/** How often it is looked whether a call is due. */
const TICK_MS = 10;
/** What the phones complain about is told up to this number. */
const MAX_FAULTS = 5;

export interface SoakOptions {
	readonly executable: string;
	readonly minutes: number;
	/** Hears how it goes. */
	readonly say: (text: string) => void;
}

/** What a soak came to. */
export interface SoakResult {
	readonly report: string;
	/** Empty when all is well. */
	readonly problems: readonly string[];
}

/** Everything that is there from the first to the last second. */
interface Scene {
	readonly server: ServerProcess;
	readonly registrar: Registrar;
	readonly initiators: SimulatedPhone;
	readonly destinations: SimulatedPhone;
	readonly caller: XmlCaller;
	readonly events: EventReader;
	readonly ledger: Ledger;
	/** Whether the connection and the stream are being closed by us. */
	ending: boolean;
}

/** Runs the soak; takes the minutes and one more at most. */
export async function soak({ executable, minutes, say }: SoakOptions): Promise<SoakResult> {
	const plan = soakPlan(minutes);
	say(
		`soak: ${plan.cycles} times ${Math.round(plan.loadMs / 1000)} s with ${CALLS_PER_SECOND} calls a second, ` +
			`then ${Math.round(plan.idleMs / 1000)} s idle`,
	);
	const scene = await setUp(executable);
	try {
		const samples = await runCycles(scene, plan, say);
		scene.ending = true;
		return judge(scene, samples);
	} finally {
		await tearDown(scene);
	}
}

async function setUp(executable: string): Promise<Scene> {
	const registrar = await Registrar.start(HOST, REGISTRATION_SECONDS);
	const server = await ServerProcess.start({
		command: [executable],
		settings: {
			...LOAD_SETTINGS,
			...RING_SECONDS,
			ClickToCallIdentity: `sip:click2call@${HOST}:${registrar.port}`,
			Register: "true",
		},
	});
	const ledger = new Ledger();
	const phone = { address: HOST, port: 0, protocol: "both", record: false } as const;
	const initiators = await SimulatedPhone.start(phone);
	const destinations = await SimulatedPhone.start(phone);
	const caller = await XmlCaller.connect(HOST, server.xmlPort, {
		accepted: (ref, id) => ledger.accepted(ref, id),
		result: (ref, code, leg) => ledger.result(ref, code, leg, performance.now()),
		closed: () => lost("the XML connection was closed"),
	});
	const events = await EventReader.open(`http://${HOST}:${server.httpPort}/api/v1/events`, {
		ended: (id) => ledger.ended(id),
		closed: (reason) => lost(`the event stream was closed: ${reason}`),
	});
	const scene: Scene = {
		server,
		registrar,
		initiators,
		destinations,
		caller,
		events,
		ledger,
		ending: false,
	};
	const lost = (text: string): void => {
		if (!scene.ending) ledger.complain(text);
	};
	return scene;
}

async function tearDown({
	server,
	registrar,
	initiators,
	destinations,
	caller,
	events,
}: Scene): Promise<void> {
	events.stop();
	caller.stop();
	await server.stop();
	await initiators.stop();
	await destinations.stop();
	registrar.stop();
}

async function runCycles(scene: Scene, plan: SoakPlan, say: (text: string) => void): Promise<Sample[]> {
	const start = performance.now();
	const samples: Sample[] = [];
	let logged = 0;
	let placed = 0;
	for (let cycle = 1; cycle <= plan.cycles; cycle++) {
		await load(scene, plan.loadMs);
		await Bun.sleep(plan.idleMs);
		scene.ledger.overdue(performance.now(), Math.min(LATEST_RESULT_MS, plan.idleMs));
		const minute = (performance.now() - start) / 60_000;
		const { octets } = scene.server.output;
		const calls = scene.ledger.placed;
		const sample = await take(scene, minute, (octets - logged) / Math.max(1, calls - placed));
		logged = octets;
		placed = calls;
		samples.push(sample);
		say(
			`soak: minute ${minute.toFixed(1)}, ${calls} calls, ${scene.ledger.open} open, ` +
				`${sample.residentMb.toFixed(1)} MB, ${sample.descriptors} descriptors, ${sample.timers} timers`,
		);
	}
	return samples;
}

async function load(
	{ initiators, destinations, caller, ledger }: Scene,
	milliseconds: number,
): Promise<void> {
	const start = performance.now();
	const total = Math.floor((milliseconds / 1000) * CALLS_PER_SECOND);
	for (let placed = 0; placed < total; ) {
		const now = performance.now();
		const due = Math.min(total, Math.floor(((now - start) / 1000) * CALLS_PER_SECOND) + 1);
		for (; placed < due; placed++) {
			const ref = ledger.placed + 1;
			const kind = kindOf(ref);
			ledger.place(ref, kind, now);
			caller.place({
				ref,
				initiator: initiators.uri(kind.initiator, kind.transport),
				destination: destinations.uri(kind.destination, kind.transport),
				anchored: kind.anchored,
			});
			if (kind.hangUpAfter === undefined) continue;
			setTimeout(() => {
				const id = ledger.idOf(ref);
				if (id !== undefined) caller.hangUp(id);
			}, kind.hangUpAfter);
		}
		await Bun.sleep(TICK_MS);
	}
}

async function take({ server }: Scene, minute: number, logPerCall: number): Promise<Sample> {
	const figures = await metricsOf(HOST, server.httpPort);
	const figure = (name: string): number => figures.get(name) ?? Number.NaN;
	const [pid = 0] = server.pids;
	return {
		minute,
		residentMb: memory(server.pids).resident / MB,
		heapMb: figure("clicktocall_heap_bytes") / MB,
		descriptors: descriptorsOf(pid),
		timers: figure("clicktocall_timers"),
		calls: figure("clicktocall_calls_in_progress"),
		legs: figure("clicktocall_sip_legs"),
		transactions: figure("clicktocall_sip_transactions"),
		logPerCall,
		registered: figure("clicktocall_registered") === 1,
		clients: figure("clicktocall_xml_clients"),
	};
}

function judge(
	{ ledger, initiators, destinations, registrar }: Scene,
	samples: readonly Sample[],
): SoakResult {
	const { wrong, complaints } = ledger.verdict();
	const faults = [...initiators.faults, ...destinations.faults];
	const problems = [...complaints, ...growth(samples)];
	if (wrong > complaints.length) problems.push(`and ${wrong - complaints.length} more of that kind`);
	if (faults.length > 0) {
		problems.push(`the phones complain ${faults.length} times:`);
		problems.push(...faults.slice(0, MAX_FAULTS).map((fault) => `  ${fault}`));
	}
	const head = [
		"minute",
		"MB",
		"heap MB",
		"descriptors",
		"timers",
		"calls",
		"transactions",
		"log octets a call",
	];
	const rows = samples.map((sample) => [
		sample.minute.toFixed(1),
		sample.residentMb.toFixed(1),
		sample.heapMb.toFixed(1),
		String(sample.descriptors),
		String(sample.timers),
		String(sample.calls),
		String(sample.transactions),
		sample.logPerCall.toFixed(0),
	]);
	const summary =
		`${ledger.placed} calls, ${wrong} of them wrong; request to 200 Destination: median ` +
		`${percentile(ledger.latencies, 0.5).toFixed(1)} ms, 99th percentile ` +
		`${percentile(ledger.latencies, 0.99).toFixed(1)} ms, slowest ${Math.max(...ledger.latencies).toFixed(0)} ms; ` +
		`${registrar.registrations} registrations`;
	const verdict = problems.length === 0 ? "all well" : problems.map((problem) => `- ${problem}`).join("\n");
	return { report: `${summary}\n\n${renderTable(head, rows)}\n\n${verdict}\n`, problems };
}
