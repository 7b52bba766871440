/** The board as its users see it: web pages, ssh, and calls between two phones. */
import { z } from "@hono/zod-openapi";
import { SimulatedPhone } from "../../../src/simulator/phone.ts";
import { type Emulator, eventually } from "./emulator.ts";
import { HERE } from "./lan.ts";

/** For the interface for programs. */
export const TOKEN = "token-for-the-test-of-the-card";
/** Seconds that a call, a page or a command may take on an emulated board. */
const PATIENCE = 300;

/** Fetches a page. @returns undefined when nobody answers. */
export async function page(address: string, path = "/"): Promise<Response | undefined> {
	try {
		return await fetch(`http://${address}${path}`, {
			signal: AbortSignal.timeout(30_000),
			redirect: "manual",
		});
	} catch {
		return undefined;
	}
}

/** Waits until the server takes calls. @throws {Error} when the board goes off. */
export async function ready(board: Emulator, address: string, seconds: number): Promise<void> {
	await eventually("/readyz", seconds, async () => {
		board.checkOn();
		return (await page(address, "/readyz"))?.status === 200;
	});
}

/** Waits until the board's own clock, which goes slower than this machine's, has gone on by so many seconds. */
export async function goesOn(board: Emulator, address: string, seconds: number): Promise<void> {
	const now = async (): Promise<number> => {
		board.checkOn();
		return Date.parse((await page(address, "/readyz"))?.headers.get("Date") ?? "");
	};
	const start = await now();
	await eventually(`the board's clock to go on by ${seconds} s`, PATIENCE, async () => {
		return (await now()) >= start + seconds * 1000;
	});
}

/**
 * Runs a command on the board as root.
 *
 * @param seconds that it may take. @returns what it wrote; what ssh says when it does not get in; that it took longer.
 */
export async function onBoard(
	address: string,
	key: string,
	text: string,
	seconds = PATIENCE,
): Promise<string> {
	const end = performance.now() + seconds * 1000;
	const options = [
		"StrictHostKeyChecking=no",
		"UserKnownHostsFile=/dev/null",
		"BatchMode=yes",
		"LogLevel=ERROR",
		"ConnectTimeout=60",
	];
	const ssh = Bun.spawn(
		["ssh", "-i", key, ...options.flatMap((option) => ["-o", option]), `root@${address}`, text],
		{ stdin: "ignore", stderr: "pipe", timeout: seconds * 1000 },
	);
	const [out, error] = await Promise.all([ssh.stdout.text(), ssh.stderr.text()]);
	// ssh does not say why it ended when it is told to.
	const late = performance.now() < end ? "" : `\nssh was ended after ${seconds} s`;
	return `${out}${error}${late}`;
}

/**
 * Runs shell commands in one login.
 *
 * @param run one command. @returns what each wrote, on both of its outputs; undefined for those that it did not come to.
 */
export async function answersOf(
	run: (command: string) => Promise<string>,
	commands: readonly string[],
): Promise<readonly (string | undefined)[]> {
	const mark = (index: number): string => `=== answer ${index} ===`;
	const all = await run(
		commands.map((text, index) => `echo; echo '${mark(index)}'; { ${text}; } 2>&1`).join("\n"),
	);
	return commands.map((_, index) => {
		const [, answer] = all.split(`${mark(index)}\n`);
		return answer?.split(`\n${mark(index + 1)}`)[0]?.trim();
	});
}

/** Whether a TCP port takes connections. */
export async function isOpen(address: string, port: number): Promise<boolean> {
	try {
		const socket = await Bun.connect({ hostname: address, port, socket: { data: () => {} } });
		socket.end();
		return true;
	} catch {
		return false;
	}
}

const Call = z.object({ id: z.string(), state: z.string() });
const Calls = z.object({ calls: z.array(z.object({ id: z.string() })) });

/** Two phones outside of the board, and the calls that it makes between them. */
export class PhonePair {
	readonly #initiator: SimulatedPhone;
	readonly #destination: SimulatedPhone;

	private constructor(initiator: SimulatedPhone, destination: SimulatedPhone) {
		this.#initiator = initiator;
		this.#destination = destination;
	}

	static async start(): Promise<PhonePair> {
		const phone = (protocol: "UDP" | "TCP") => SimulatedPhone.start({ address: HERE, port: 0, protocol });
		return new PhonePair(await phone("UDP"), await phone("UDP"));
	}

	/** Asks for an anchored call. @returns its ID; undefined when the board did not take it. */
	async ask(address: string): Promise<string | undefined> {
		const answer = await request(address, "POST", "/calls", {
			initiator: this.#initiator.uri("answer"),
			destination: this.#destination.uri("answer"),
			anchor: true,
		});
		if (answer?.status !== 201) return undefined;
		return Call.parse(await answer.json()).id;
	}

	/** Places a call and waits until both phones are connected. @returns its ID. */
	async connect(address: string): Promise<string> {
		const id = await this.ask(address);
		if (id === undefined) throw new Error("the board did not take the call");
		await eventually("both phones to be connected", PATIENCE, async () => {
			const answer = await request(address, "GET", `/calls/${id}`);
			return answer?.status === 200 && Call.parse(await answer.json()).state === "connected";
		});
		return id;
	}

	/** Legs that ring or are connected, on both phones. */
	get open(): number {
		return this.#initiator.openDialogs + this.#destination.openDialogs;
	}

	async stop(): Promise<void> {
		await Promise.all([this.#initiator.stop(), this.#destination.stop()]);
	}
}

/** The IDs of the calls in progress, or of the last hundred calls in the history. */
export async function callsOn(address: string, history = false): Promise<readonly string[]> {
	const path = history ? "/history?limit=100" : "/calls";
	const answer = await request(address, "GET", path);
	if (answer?.status !== 200) throw new Error(`GET ${path}: ${answer?.status ?? "no answer"}`);
	return Calls.parse(await answer.json()).calls.map(({ id }) => id);
}

/** Hangs up a call. */
export async function hangUp(address: string, id: string): Promise<void> {
	await request(address, "DELETE", `/calls/${id}`);
}

async function request(
	address: string,
	method: string,
	path: string,
	body?: Record<string, unknown>,
): Promise<Response | undefined> {
	try {
		return await fetch(`http://${address}/api/v1${path}`, {
			method,
			headers: { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json" },
			signal: AbortSignal.timeout(PATIENCE * 1000),
			...(body && { body: JSON.stringify(body) }),
		});
	} catch {
		return undefined;
	}
}
