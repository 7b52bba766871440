/** The commands that ask a running server, and the orders of the XML socket that they use. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { freePorts } from "../support/free-port.ts";
import { EXECUTABLE, ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

let server: ServerProcess;
let phone: SimulatedPhone;

beforeAll(async () => {
	server = await ServerProcess.start({
		settings: { MaxCalls: 0, MaxCallsPerSecond: 0, HistoryFile: "h.sqlite" },
	});
	phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "both" });
});

afterAll(async () => {
	await phone.idle();
	expect(phone.faults).toEqual([]);
	await phone.stop();
	await server.stop();
});

/** Asks for something that is answered at once. @returns the answer, the order itself left out. */
async function order(inside: string): Promise<string> {
	const { promise, resolve } = Promise.withResolvers<string>();
	const decoder = new TextDecoder();
	let received = "";
	const socket = await Bun.connect({
		hostname: "127.0.0.1",
		port: server.xmlPort,
		socket: {
			data: (_socket, chunk) => {
				received += decoder.decode(chunk, { stream: true });
				if (received.endsWith("</ClickToCall>")) resolve(received);
			},
			close: () => resolve(received),
		},
	});
	socket.write(`<ClickToCall>${inside}<Ref>order</Ref></ClickToCall>`);
	await promise;
	socket.end();
	expect(received).toStartWith(`<ClickToCall>${inside}\r\n  <Response>\r\n`);
	expect(received).toEndWith("  </Response>\r\n<Ref>order</Ref></ClickToCall>");
	return received.slice(`<ClickToCall>${inside}`.length);
}

const idOf = (raw: string): string => /<Id>([0-9a-f]+)<\/Id>/.exec(raw)?.[1] ?? "";

/** A command that goes on, and what it has said so far. */
function begin(...args: string[]) {
	const process = Bun.spawn([EXECUTABLE, ...args], {
		cwd: server.folder,
		stdin: "ignore",
		stdout: "pipe",
		stderr: "pipe",
	});
	let said = "";
	const waiting: (() => void)[] = [];
	const read = (async () => {
		for await (const chunk of process.stdout.pipeThrough(new TextDecoderStream())) {
			said += chunk;
			for (const wake of waiting.splice(0)) wake();
		}
	})();
	return {
		signal: (name: NodeJS.Signals) => process.kill(name),
		says: async (pattern: RegExp) => {
			while (!pattern.test(said)) await new Promise<void>((wake) => waiting.push(wake));
		},
		ended: async () => {
			await read;
			const stderr = await new Response(process.stderr).text();
			return { exitCode: await process.exited, stdout: said, stderr };
		},
	};
}

describe("over the XML socket", () => {
	test("a call that wants its id is shown by Status and ended by Hangup; its requester gets 487", async () => {
		const client = await XmlClient.connect(server.xmlPort);
		const call = client.place({
			initiator: phone.uri("answer"),
			destination: phone.uri("ring"),
			anchor: true,
			extra: "   <WantId>true</WantId>\n",
		});
		await call.reached("180 Destination");
		const id = idOf(call.results[0]?.raw ?? "");
		expect(call.results.filter(({ raw }) => raw.includes("<Id>"))).toHaveLength(1);
		const shown = await order("<Status/>");
		expect(shown).toContain("<InProgress>1</InProgress>");
		expect(shown).toContain(
			`<Id>${id}</Id>\r\n      <Way>anchor</Way>\r\n      <State>calling destination</State>`,
		);
		expect(shown).toContain(`<Initiator State="answered">${phone.uri("answer")}</Initiator>`);
		expect(shown).toContain(`<Destination State="ringing">${phone.uri("ring")}</Destination>`);
		expect(await order(`<Hangup><Id>${id}</Id></Hangup>`)).toContain('<Result Code="200">Hung up</Result>');
		expect(await call.finished()).toEqual([
			"100",
			"180 Initiator",
			"200 Initiator",
			"180 Destination",
			"487 Destination",
		]);
		const ended = await order(`<Status><Id>${id}</Id></Status>`);
		expect(ended).toContain("<State>ended</State>");
		expect(ended).toContain("<EndedBy>operator</EndedBy>");
		expect(ended).toContain('<FinalResult Code="487" Leg="Destination">');
		expect(await order(`<Hangup><Id>${id}</Id></Hangup>`)).toContain(
			'<Result Code="404">No such call</Result>',
		);
		client.stop();
		await phone.idle();
	});

	test("a call that does not want its id is answered as ever, byte for byte", async () => {
		const client = await XmlClient.connect(server.xmlPort);
		const [from, to] = [phone.uri("busy"), phone.uri("answer")];
		const call = client.place({ initiator: from, destination: to, ref: "1" });
		await call.finished();
		expect(call.results[0]?.raw.trim()).toBe(
			`<ClickToCall>\n <Request>\n   <Initiator>${from}</Initiator>\n   <Destination>${to}</Destination>\n   <Ref>1</Ref>\n </Request>\n\r\n` +
				`  <Response>\r\n    <TranslatedInitiator>${from}</TranslatedInitiator>\r\n    <TranslatedDestination>${to}</TranslatedDestination>\r\n` +
				'    <Result Code="100">In progress</Result>\r\n  </Response>\r\n</ClickToCall>',
		);
		client.stop();
	});

	test("three hundred calls are told in pages, and ended one by one on one connection", async () => {
		const client = await XmlClient.connect(server.xmlPort);
		const calls = Array.from({ length: 300 }, () =>
			client.place({ initiator: phone.uri("ring"), destination: phone.uri("answer") }),
		);
		await Promise.all(calls.map((call) => call.reached("180 Initiator")));
		expect(await order("<Status/>")).toMatch(
			/<Next>\d+-[0-9a-f]+<\/Next>\r\n {4}<Result Code="200">More calls follow/,
		);
		const status = await server.run("status", "--json");
		expect(JSON.parse(status.stdout)).toMatchObject({ inProgress: 300, draining: false });
		expect(JSON.parse(status.stdout).calls).toHaveLength(300);
		const { exitCode, stdout } = await server.run("hangup", "--all");
		expect(exitCode).toBe(0);
		expect(stdout.match(/hung up$/gm)).toHaveLength(300);
		for (const call of calls) expect((await call.finished()).at(-1)).toBe("487 Initiator");
		client.stop();
		await phone.idle();
	});
});

describe("clicktocall call", () => {
	test("shows the id and the results; 0 when both are connected", async () => {
		const said = await server.run("call", phone.uri("answer"), phone.uri("answer"), "--anchor");
		expect(said.stdout).toMatch(/^ {8}id [0-9a-f]{16}$/m);
		expect(said.stdout).toMatch(/^\+ 200 Destination Connected to destination$/m);
		expect(said.stdout).not.toContain("\u001b");
		expect(said.exitCode).toBe(0);
		const { stdout } = await server.run("hangup", /id ([0-9a-f]{16})/.exec(said.stdout)?.[1] ?? "");
		expect(stdout).toMatch(/hung up$/m);
		await phone.idle();
	});

	test("1 when the request is refused, 3 and 4 when the one or the other phone is not reached", async () => {
		const said = await server.run("call", phone.uri("answer"), phone.uri("busy"));
		expect(said.stdout).toMatch(/^! 486 Destination/m);
		expect(said.exitCode).toBe(4);
		expect((await server.run("call", phone.uri("busy"), phone.uri("answer"))).exitCode).toBe(3);
		expect((await server.run("call", "nobody knows", "x")).exitCode).toBe(1);
	});

	test("2 when the server cannot be reached", async () => {
		const [port = 0] = await freePorts(1);
		const said = await server.run("call", "a", "b", "--server", `127.0.0.1:${port}`);
		expect(said).toMatchObject({
			exitCode: 2,
			stderr: `clicktocall: no server answers at 127.0.0.1:${port}: connection refused\n`,
		});
		expect((await server.run("call", "a\u0001", "b")).exitCode).toBe(2);
		expect((await server.run("call", "a", "b", "--XmlRpcPort=0")).stderr).toContain("XmlRpcPort is 0");
	});

	test.each(["SIGINT", "SIGTERM"] as const)("%s hangs the call up before it ends", async (signal) => {
		const call = begin("call", phone.uri("answer"), phone.uri("ring"), "--anchor");
		await call.says(/180 Destination/);
		call.signal(signal);
		const { exitCode, stdout, stderr } = await call.ended();
		expect(stderr).toContain("hanging up");
		expect(stdout).toMatch(/^! 487 Destination/m);
		expect(exitCode).toBe(5);
		await phone.idle();
		expect((await server.run("status")).stdout).toContain("no calls in progress");
	});

	test("SIGINT leaves a call that it cannot end, on a server that tells no id, and says so", async () => {
		const old = Bun.listen({
			hostname: "127.0.0.1",
			port: 0,
			socket: {
				data: (socket) =>
					void socket.write(
						'<ClickToCall><Response><Result Code="100">In progress</Result></Response></ClickToCall>',
					),
			},
		});
		const call = begin("call", "a", "b", "--server", `127.0.0.1:${old.port}`);
		await call.says(/^ {2}100 /m);
		call.signal("SIGINT");
		const { exitCode, stderr } = await call.ended();
		expect(stderr).toContain("does not send the ID of the call, so the call goes on");
		expect(exitCode).toBe(2);
		old.stop(true);
	});
});

describe("clicktocall status and hangup", () => {
	test("show the calls, and end those that are named", async () => {
		const call = begin("call", phone.uri("ring"), phone.uri("answer"));
		await call.says(/180 Initiator/);
		const shown = await server.run("status");
		expect(shown.exitCode).toBe(0);
		expect(shown.stdout).toMatch(/^clicktocall \S+.* at localhost:\d+ \(XmlRpcPort\): 1 call in progress$/m);
		const id = /^([0-9a-f]{16}) .*calling initiator +refer .*ringing/m.exec(shown.stdout)?.[1] ?? "";
		expect(JSON.parse((await server.run("status", id, "--json")).stdout).calls).toMatchObject([
			{ id, origin: { via: "xml" }, initiator: { address: phone.uri("ring"), state: "ringing" } },
		]);
		const ended = await server.run("hangup", id, "none");
		expect(ended.stdout).toBe(`${id}  hung up\nnone  no such call\n`);
		expect(ended.exitCode).toBe(1);
		expect((await call.ended()).exitCode).toBe(5);
		await phone.idle();
	});

	test("say that the destination of a call that was handed over may keep ringing", async () => {
		const call = begin("call", phone.uri("answer"), phone.uri("ring"));
		await call.says(/180 Destination/);
		const { exitCode, stdout } = await server.run("hangup", "--all");
		expect(exitCode).toBe(0);
		expect(stdout).toMatch(/^[0-9a-f]{16} {2}hung up; the destination may keep ringing/);
		expect((await call.ended()).exitCode).toBe(5);
		phone.hangup();
		await phone.idle();
	});

	test("say what is wrong, and how they are called", async () => {
		expect(await server.run("status", "none")).toMatchObject({ exitCode: 1 });
		expect(await server.run("hangup", "--all")).toMatchObject({
			exitCode: 0,
			stdout: "no calls in progress\n",
		});
		for (const args of [["hangup"], ["hangup", "--all", "1"], ["status", "1", "2"], ["status", "--purge"]]) {
			const { exitCode, stderr } = await server.run(...args);
			expect(stderr).toContain(`\nusage: clicktocall ${args[0]} `);
			expect(exitCode).toBe(2);
		}
		for (const name of ["status", "hangup"]) {
			expect(await server.run(name, "x", "--server", "[::1]:1")).toMatchObject({ exitCode: 2 });
		}
	});

	test("colours are for terminals, and never there with NO_COLOR", () => {
		const status = (environment: string): string => {
			const { stdout } = Bun.spawnSync(
				["script", "-qec", `${environment} ${EXECUTABLE} history --limit 1`, "/dev/null"],
				{
					cwd: server.folder,
					stdin: "ignore",
					env: { PATH: process.env.PATH ?? "", TERM: "xterm" },
				},
			);
			return stdout.toString();
		};
		expect(status("")).toContain("\u001b[1mSTARTED\u001b[0m");
		expect(status("NO_COLOR=1")).toContain("STARTED");
		expect(status("NO_COLOR=1")).not.toContain("\u001b");
	});
});
