import type { Settings } from "../config/settings.ts";
import { describePlace } from "../net/listening-place.ts";
import { SimulatedPhone } from "../simulator/phone.ts";
import { startServer } from "./run.ts";

/** The people one can call in the demo, each with the behaviour of their phone. */
const PEOPLE: Readonly<Record<string, { readonly behaviour: string; readonly what: string }>> = {
	alice: { behaviour: "answer-1500ms+hangup-20000ms", what: "rings, answers, hangs up after 20 s" },
	bob: { behaviour: "answer-2000ms+hangup-15000ms", what: "rings, answers, hangs up after 15 s" },
	carol: { behaviour: "norefer-1000ms+answer-1500ms", what: "refuses the REFER: the call is anchored" },
	busy: { behaviour: "busy", what: "is busy" },
	nobody: { behaviour: "ring", what: "rings and never answers" },
};

/** File name that stands for the demo's rules in messages. */
const SOURCE = "demo";

/**
 * Runs the server with two simulated phones in this process, so that a call can be placed at once.
 *
 * @param settings the defaults, or what the command line set; the demo's rules go before any others.
 * @returns the exit code.
 * @throws {StartError} when the server cannot start.
 */
export async function demoCommand(settings: Settings): Promise<number> {
	const left = await startPhone("the first phone");
	const right = await startPhone("the second phone");
	const server = await startServer({
		...settings,
		translationRules: [...rulesOf(left, right), ...settings.translationRules],
	}).catch(async (error: unknown) => {
		await Promise.all([left.stop(), right.stop()]);
		throw error;
	});
	console.log(introduction(settings, server.appliance.listening.map(describePlace)));
	await server.signalled;
	await server.stop();
	await Promise.all([left.stop(), right.stop()]);
	return 0;
}

async function startPhone(name: string): Promise<SimulatedPhone> {
	const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "both" });
	for (const event of ["ringing", "answered", "ended"] as const) {
		phone.on(event, (call) => console.log(`${name} (${call.user}): ${event}`));
	}
	return phone;
}

/** Alice has the first phone, everybody else the second one. */
function rulesOf(left: SimulatedPhone, right: SimulatedPhone): Settings["translationRules"] {
	return Object.entries(PEOPLE).map(([name, { behaviour }], index) => ({
		pattern: `^(?i)${name}$`,
		output: (name === "alice" ? left : right).uri(behaviour),
		file: SOURCE,
		line: index + 1,
	}));
}

function introduction(settings: Settings, places: readonly string[]): string {
	const { httpPort, xmlRpcPort } = settings;
	return [
		"",
		"This is the demo: the server is listening, with two simulated phones.",
		...places.map((place) => `  ${place}`),
		"",
		"Place a call:",
		...(httpPort > 0 ? [`  - open http://localhost:${httpPort}/ and let alice call bob`] : []),
		...(xmlRpcPort > 0 ? [`  - or type in another shell: clicktocall call alice bob`] : []),
		...(httpPort > 0
			? [`  - or: curl 'http://localhost:${httpPort}/clicktocall.html?initiator=alice&destination=bob'`]
			: []),
		"",
		"There are:",
		...Object.entries(PEOPLE).map(([name, { what }]) => `  ${name.padEnd(8)} ${what}`),
		"",
		"Ctrl-C ends it.",
		"",
	].join("\n");
}
