import { afterEach, describe, expect, test } from "bun:test";
import { basename } from "node:path";
import { portOwner } from "../../../src/cli/port-owner.ts";
import { type IntendedPlace, intendedPlaces, tryPlaces } from "../../../src/cli/port-trial.ts";
import { defaultSettings } from "../../../src/config/settings.ts";
import { freePorts } from "../../support/free-port.ts";

const SETTINGS = { port: "HttpPort", bind: "HttpBind" };
const place = (address: string, port: number, socket: "tcp" | "udp" = "tcp"): IntendedPlace => ({
	name: "HTTP",
	protocol: socket.toUpperCase(),
	socket,
	address,
	port,
	settings: SETTINGS,
});

let children: Bun.Subprocess[] = [];

afterEach(() => {
	for (const child of children) child.kill();
	children = [];
});

/** Another program that takes a port of the loopback. @returns its process and port. */
async function other(socket: "tcp" | "udp"): Promise<{ readonly pid: number; readonly port: number }> {
	const open =
		socket === "tcp"
			? 'Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } })'
			: 'await Bun.udpSocket({ hostname: "127.0.0.1", port: 0 })';
	const child = Bun.spawn(
		[process.execPath, "-e", `console.log((${open}).port); setTimeout(() => {}, 60_000)`],
		{
			stdout: "pipe",
		},
	);
	children.push(child);
	const { value } = await child.stdout.getReader().read();
	return { pid: child.pid, port: Number(new TextDecoder().decode(value)) };
}

describe("the ports that a server would open", () => {
	test("are good when they can be opened, and free afterwards", async () => {
		const [one = 0, two = 0] = await freePorts(2);
		const places = [place("127.0.0.1", one), place("127.0.0.1", one, "udp"), place("::", two)];
		for (let time = 0; time < 2; time += 1)
			expect(await tryPlaces(places, false)).toEqual({ problems: [], warnings: [] });
	});

	test.each(["tcp", "udp"] as const)("are a problem when another program has one (%s)", async (socket) => {
		const { pid, port } = await other(socket);
		const { problems } = await tryPlaces([place("127.0.0.1", port, socket)], false);
		expect(problems).toEqual([expect.stringContaining(`HttpPort = ${port}`)]);
		expect(problems[0]).toContain(`(${basename(process.execPath)}, process ${pid})`);
		expect(portOwner(socket, port)?.pid).toBe(pid);
	});

	test("are a problem when the address is not this machine's", async () => {
		const [port = 0] = await freePorts(1);
		const { problems } = await tryPlaces([place("192.0.2.77", port)], false);
		expect(problems).toEqual([expect.stringContaining("HttpBind = 192.0.2.77")]);
	});

	test("are a problem when two of them are one", async () => {
		const [port = 0] = await freePorts(1);
		const { problems } = await tryPlaces([place("127.0.0.1", port), place("::ffff:127.0.0.1", port)], false);
		expect(problems).toEqual([expect.stringContaining("in use")]);
	});

	test("are those of the settings, on every address", () => {
		const settings = {
			...defaultSettings({ hostName: "a" }),
			ipAddress: "192.0.2.1",
			tlsPort: 5061,
			xmlRpcPort: 0,
			httpBind: ["127.0.0.1", "::1", "127.0.0.1"],
		};
		const listed = intendedPlaces(settings, true).map(
			({ name, protocol, address, port }) => `${name} ${protocol} ${address} ${port}`,
		);
		expect(listed).toEqual([
			"SIP UDP 192.0.2.1 5072",
			"SIP TCP 192.0.2.1 5072",
			"SIP TLS 192.0.2.1 5061",
			"HTTP TCP 127.0.0.1 5090",
			"HTTP TCP ::1 5090",
		]);
		expect(intendedPlaces(settings, false).map(({ protocol }) => protocol)).not.toContain("TLS");
		expect(intendedPlaces({ ...settings, httpBind: ["127.0.0.1", "::"] }, false).at(-1)?.address).toBe("::");
	});
});
