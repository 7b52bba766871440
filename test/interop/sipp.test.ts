import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../support/free-port.ts";
import { ServerProcess } from "../support/server-process.ts";

/** SIPp plays both phones; its exit code, 0 when its scenario was followed to the end, is the judge. */
const SCENARIOS = join(import.meta.dir, "sipp");

const RUNG = ["100", "180 Initiator", "200 Initiator"];
const JOINED = [...RUNG, "180 Destination", "200 Destination"];

let server: ServerProcess;
let folder: string;

beforeAll(async () => {
	server = await ServerProcess.start();
	folder = mkdtempSync(join(tmpdir(), "sipp-"));
});

afterAll(async () => {
	await server.stop();
	rmSync(folder, { recursive: true, force: true });
});

interface SippPhone {
	readonly port: number;
	/** Resolves to nothing when SIPp is content, else to what it complains of. */
	readonly verdict: Promise<string>;
}

/** Starts SIPp for one call and waits until it listens. */
async function phone(scenario: string, transport: "u1" | "t1", address: string): Promise<SippPhone> {
	const [port = 0, control = 0, media = 0] = await freePorts(3);
	const errors = join(folder, `${port}.log`);
	const process = Bun.spawn(
		[
			"sipp",
			...[
				"-sf",
				join(SCENARIOS, `${scenario}.xml`),
				"-i",
				address,
				"-p",
				`${port}`,
				"-t",
				transport,
				"-m",
				"1",
			],
			...["-cp", `${control}`, "-mp", `${media}`, "-nostdin", "-timeout", "30s", "-timeout_error"],
			...["-trace_err", "-error_file", errors],
		],
		{ stdout: "ignore", stderr: "ignore", env: { ...Bun.env, TERM: "dumb" } },
	);
	const verdict = process.exited.then((code) =>
		code === 0 ? "" : `${scenario} ended with ${code}: ${readErrors(errors)}`,
	);
	await listening(port, transport, process);
	return { port, verdict };
}

function readErrors(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return "it wrote no reason";
	}
}

/** SIPp says nothing when it is ready: the kernel's table of sockets does. */
async function listening(port: number, transport: "u1" | "t1", process: Bun.Subprocess): Promise<void> {
	const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
	const table = transport === "u1" ? ["udp", "udp6"] : ["tcp", "tcp6"];
	while (!table.some((name) => readFileSync(`/proc/net/${name}`, "utf8").includes(hex))) {
		if (process.exitCode !== null) throw new Error(`sipp ended with ${process.exitCode} before it listened`);
		await Bun.sleep(20);
	}
}

/** The chain of results as `clicktocall call` shows it. */
function chainOf(stdout: string): string[] {
	return [...stdout.matchAll(/^[ +!] (\d{3}) +(Initiator|Destination)?/gm)].map(([, code, leg]) =>
		leg ? `${code} ${leg}` : `${code}`,
	);
}

interface Row {
	readonly initiator: string;
	readonly destination?: string;
	readonly anchor: boolean;
	readonly chain: readonly string[];
}

const ROWS: readonly Row[] = [
	{
		initiator: "initiator-anchored",
		destination: "destination-anchored-hangs-up",
		anchor: true,
		chain: JOINED,
	},
	{
		initiator: "initiator-anchored-hangs-up",
		destination: "destination-anchored",
		anchor: true,
		chain: JOINED,
	},
	{ initiator: "initiator-referred", anchor: false, chain: JOINED },
	{
		initiator: "initiator-refuses-refer",
		destination: "destination-anchored-hangs-up",
		anchor: false,
		chain: JOINED,
	},
	{ initiator: "phone-busy", anchor: true, chain: ["100", "486 Initiator"] },
	{
		initiator: "initiator-hung-up",
		destination: "phone-busy",
		anchor: true,
		chain: [...RUNG, "486 Destination"],
	},
];

describe.each([
	["UDP", "IPv4", "u1", "127.0.0.1"],
	["TCP", "IPv4", "t1", "127.0.0.1"],
	["UDP", "IPv6", "u1", "[::1]"],
] as const)("SIPp as both phones over %s and %s", (_protocol, _family, transport, address) => {
	test.each(ROWS)(
		"$initiator, $destination, anchor $anchor",
		async ({ initiator, destination, anchor, chain }) => {
			const first = await phone(initiator, transport, address);
			const second = destination ? await phone(destination, transport, address) : undefined;
			const parameter = transport === "t1" ? ";transport=tcp" : "";
			const [unused = 0] = await freePorts(1);
			const call = await server.run(
				"call",
				`sip:first@${address}:${first.port}${parameter}`,
				`sip:second@${address}:${second?.port ?? unused}${parameter}`,
				...(anchor ? ["--anchor"] : []),
			);
			expect(chainOf(call.stdout)).toEqual([...chain]);
			expect(call.exitCode).toBe(chain.at(-1) === "200 Destination" ? 0 : 1);
			expect(await first.verdict).toBe("");
			expect(await second?.verdict).toBe(second && "");
		},
	);
});
