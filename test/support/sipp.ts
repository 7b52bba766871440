import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "./free-port.ts";

const PARTS = join(import.meta.dir, "../interop/sipp");

/** A file of test/interop/sipp without `.xml`, and what stands in it for `{{name}}`. */
export type ScenarioPart =
	| string
	| readonly [part: string, values: Readonly<Record<string, string | number | boolean>>];

/** How SIPp is reached: `u1` is UDP, `t1` TCP. */
export type SippTransport = "u1" | "t1";

export interface SippOptions {
	/** Where its files go. */
	readonly folder: string;
	readonly transport?: SippTransport;
	/** As in a URI: IPv6 in brackets. */
	readonly address?: string;
	/** Seconds that it may take. */
	readonly timeout?: number;
}

/** SIPp as a phone for one call. */
export interface SippPhone {
	readonly uri: string;
	/** Resolves to nothing when the scenario was followed to its end, else to what SIPp complains of. */
	readonly verdict: Promise<string>;
}

/** What SIPp ends with when another program was quicker to take one of its ports. */
const PORT_TAKEN = 254;

/** Starts SIPp with a scenario made of parts, and waits until it listens. */
export async function startSipp(parts: readonly ScenarioPart[], options: SippOptions): Promise<SippPhone> {
	for (let tries = 5; ; tries -= 1) {
		const phone = await tryToStart(parts, options);
		if (typeof phone !== "number") return phone;
		if (phone !== PORT_TAKEN || tries === 1) throw new Error(`sipp ended with ${phone} before it listened`);
	}
}

/** @returns its exit code when SIPp has ended before it listened. */
async function tryToStart(parts: readonly ScenarioPart[], options: SippOptions): Promise<SippPhone | number> {
	const { folder, transport = "u1", address = "127.0.0.1", timeout = 30 } = options;
	const [port = 0, control = 0, media = 0] = await freePorts(3);
	const file = (ending: string): string => join(folder, `${port}.${ending}`);
	writeFileSync(file("xml"), composeScenario(parts));
	const process = Bun.spawn(
		[
			...["sipp", "-sf", file("xml"), "-i", address, "-p", `${port}`, "-t", transport, "-m", "1"],
			...["-cp", `${control}`, "-mp", `${media}`, "-nostdin", "-timeout", `${timeout}s`, "-timeout_error"],
			...["-trace_err", "-error_file", file("log"), "-trace_msg", "-message_file", file("messages")],
		],
		{ stdout: "ignore", stderr: "ignore", env: { ...Bun.env, TERM: "dumb" } },
	);
	const verdict = process.exited.then((code) =>
		code === 0
			? ""
			: `SIPp ended with ${code}\n${contents(file("log"))}\nIts messages:\n${contents(file("messages"))}`,
	);
	const failure = await listening(port, transport, process);
	if (failure !== undefined) return failure;
	return { uri: `sip:phone@${address}:${port}${transport === "t1" ? ";transport=tcp" : ""}`, verdict };
}

/** Puts the parts one after the other. @throws {Error} when a value is missing. */
function composeScenario(parts: readonly ScenarioPart[]): string {
	const steps = parts.map((part) => {
		const [name, values] = typeof part === "string" ? [part, {} as Record<string, string>] : part;
		const [, body] = /<scenario[^>]*>\n(.*)<\/scenario>/s.exec(contents(join(PARTS, `${name}.xml`))) ?? [];
		if (body === undefined) throw new Error(`There is no part "${name}" in ${PARTS}`);
		return body.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => {
			const value = values[key];
			if (value === undefined) throw new Error(`The part "${name}" wants a value for "${key}"`);
			return `${value}`;
		});
	});
	return `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="phone">\n${steps.join("")}</scenario>\n`;
}

function contents(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return "";
	}
}

/** SIPp says nothing when it is ready: the kernel's table of sockets does. @returns its exit code if it has ended. */
async function listening(
	port: number,
	transport: SippTransport,
	process: Bun.Subprocess,
): Promise<number | undefined> {
	const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
	const table = transport === "u1" ? ["udp", "udp6"] : ["tcp", "tcp6"];
	while (!table.some((name) => readFileSync(`/proc/net/${name}`, "utf8").includes(hex))) {
		if (process.exitCode !== null) return process.exitCode;
		await Bun.sleep(20);
	}
	return undefined;
}
