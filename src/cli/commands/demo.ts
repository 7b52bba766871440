import type { Settings } from "../../config/settings.ts";
import { describePlace } from "../../net/listening-place.ts";
import type { BehaviourOptions } from "../../simulator/behaviour.ts";
import { SimulatedPhone } from "../../simulator/phone.ts";
import { startServer } from "../server/run.ts";

/** A phone to call in the demo. */
interface Person {
	readonly name: string;
	readonly behaviour: BehaviourOptions;
	readonly what: string;
}

const PEOPLE: readonly Person[] = [
	{
		name: "alice",
		behaviour: { answerDelay: 1500, hangupDelay: 20_000 },
		what: "answers after a moment, hangs up after 20 s",
	},
	{
		name: "bob",
		behaviour: { answerDelay: 2000, hangupDelay: 15_000 },
		what: "answers after a moment, hangs up after 15 s",
	},
	{
		name: "carol",
		behaviour: { answerDelay: 1500, hangupDelay: 15_000, refer: { status: 501 } },
		what: "has a phone that refuses REFER, so her calls are anchored",
	},
	{ name: "busy", behaviour: { status: 486, ringing: undefined }, what: "is busy" },
	{ name: "nobody", behaviour: { answerDelay: Number.POSITIVE_INFINITY }, what: "never answers" },
];

/** File name for the demo's rules in messages. */
const SOURCE = "demo";

const DEFAULT_LOG = "clicktocall.log";
const DEFAULT_HISTORY = "clicktocall-history.sqlite";

/** What the demo prints for each step at a phone. */
const WORDS = { ringing: "rings", answered: "has answered", ended: "is free again" } as const;

/**
 * Runs the server with two simulated phones in this process, so that a call can be placed at once.
 *
 * @param settings the defaults, or what the command line set; the demo's rules go before any others.
 * @returns the exit code.
 * @throws {StartError} when the server cannot start.
 */
export async function demoCommand(settings: Settings): Promise<number> {
	let say = (_line: string): void => {};
	const [left, right] = await Promise.all([startPhone((line) => say(line)), startPhone((line) => say(line))]);
	const server = await startServer({
		...settings,
		// A trial leaves nothing behind.
		logFilename: settings.logFilename === DEFAULT_LOG ? "" : settings.logFilename,
		historyFile: settings.historyFile === DEFAULT_HISTORY ? "" : settings.historyFile,
		stateFile: "",
		translationRules: [...rulesOf(left, right), ...settings.translationRules],
	}).catch(async (error: unknown) => {
		await Promise.all([left.stop(), right.stop()]);
		throw error;
	});
	say = (line) => server.log.say(`${line}\n`);
	say(introduction(settings, server.appliance.listening.map(describePlace)));
	await server.signals.first;
	await server.stop();
	await Promise.all([left.stop(), right.stop()]);
	return 0;
}

/** @param say is called with each step. */
async function startPhone(say: (line: string) => void): Promise<SimulatedPhone> {
	const phone = await SimulatedPhone.start({
		address: "127.0.0.1",
		port: 0,
		protocol: "both",
		record: false,
	});
	for (const { name, behaviour } of PEOPLE) phone.defineBehaviour(name, behaviour);
	phone.listen((event, call) => {
		if (event === "media") return;
		const incoming = call.direction === "incoming";
		const step = event === "ringing" && !incoming ? "hears it ring" : WORDS[event];
		say(`  ${call.user.padEnd(8)} ${step} (${incoming ? "called by" : "calling"} ${call.peer})`);
	});
	return phone;
}

/** Alice has the first phone, everybody else the second one. */
function rulesOf(left: SimulatedPhone, right: SimulatedPhone): Settings["translationRules"] {
	return PEOPLE.map(({ name }, index) => ({
		pattern: `(?i)^${name}$`,
		output: (name === "alice" ? left : right).uri(name),
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
		...(xmlRpcPort > 0
			? [
					`  - or type in another shell: clicktocall call alice bob (from the sources: sh scripts/start call alice bob)`,
				]
			: []),
		...(httpPort > 0
			? [`  - or: curl 'http://localhost:${httpPort}/clicktocall.html?initiator=alice&destination=bob'`]
			: []),
		"",
		"Phones to call:",
		...PEOPLE.map(({ name, what }) => `  ${name.padEnd(8)} ${what}`),
		"",
		"Ctrl-C stops it.",
		"",
	].join("\n");
}
