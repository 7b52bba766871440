/** Register = 1 at a real registrar: Kamailio, which takes calls of registered users only. */
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { Authority } from "../support/authority.ts";
import { Kamailio, PASSWORD, REALM } from "../support/kamailio.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

let authority: Authority;
let proxy: Kamailio;
let phone: SimulatedPhone;

beforeAll(async () => {
	authority = new Authority();
	phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	proxy = await Kamailio.start({
		address: "127.0.0.1",
		identity: authority.issue({ names: "IP:127.0.0.1" }),
		algorithm: "MD5",
		challenged: "ClickToCall",
		maxExpires: 3,
		registeredOnly: true,
	});
});

afterEach(() => proxy.clear());

afterAll(async () => {
	await proxy.stop();
	await phone.stop();
	authority[Symbol.dispose]();
});

function startServer(
	transport: "udp" | "tcp" | "tls",
	settings: Record<string, string | number>,
): Promise<ServerProcess> {
	return ServerProcess.start({
		settings: {
			ClickToCallIdentity: proxy.aor("click2call"),
			OutboundProxy: proxy.uri(transport),
			SipAuthUser: "click2call",
			SipAuthPassword: PASSWORD,
			SipAuthRealm: REALM,
			...settings,
		},
		files: (folder) => writeFileSync(join(folder, "root_cert_test.pem"), authority.root),
	});
}

/** The chain of an anchored call whose destination is busy: only its first leg has our identity. */
async function place(server: ServerProcess): Promise<string | undefined> {
	const client = await XmlClient.connect(server.xmlPort);
	const call = client.place({ initiator: phone.uri("busy"), destination: phone.uri("busy") });
	const chain = await call.finished();
	client.stop();
	return chain.at(-1);
}

const registers = (): number =>
	proxy.requests.filter(({ method, hasCredentials }) => method === "REGISTER" && hasCredentials).length;

test.each(["udp", "tcp", "tls"] as const)(
	"over %s: registered at the start, refreshed before it expires, and calls are taken",
	async (transport) => {
		const server = await startServer(transport, { Register: 1 });
		await server.says(/Register: .* is registered for 3 s/);
		expect(await place(server)).toBe("486 Initiator");
		const before = registers();
		// Three seconds later the binding would be gone.
		while (registers() < before + 2) await Bun.sleep(50);
		expect(await place(server)).toBe("486 Initiator");
		expect(server.output).not.toContain("is not registered");
		expect(new Set(proxy.requests.map(({ protocol }) => protocol)).has(transport)).toBe(true);
		const atStop = registers();
		await server.stop();
		// What the proxy says of it may come after the answer that ends the server.
		while (registers() === atStop) await Bun.sleep(20);
		expect(registers()).toBe(atStop + 1);
		const stranger = await startServer(transport, {});
		expect(await place(stranger)).toBe("403 Initiator");
		await stranger.stop();
	},
);

test("a wrong password is a warning without the password, and the server goes on", async () => {
	const server = await startServer("udp", { Register: 1, SipAuthPassword: "wrong-secret" });
	await server.says(/WARNING.*is not registered: 401 .*; trying again in [3-6]\d s/);
	expect(await place(server)).toBe("407 Initiator");
	expect(server.output).not.toContain("wrong-secret");
	expect(server.output).not.toContain(PASSWORD);
	await server.stop();
});

test("the right password is taken over by SIGHUP: registered at once, and calls are taken", async () => {
	const server = await startServer("udp", { Register: 1, SipAuthPassword: "wrong-secret" });
	await server.says(/is not registered: 401/);
	const file = join(server.folder, "clicktocall.config");
	writeFileSync(file, readFileSync(file, "utf8").replace("wrong-secret", PASSWORD));
	server.signal("SIGHUP");
	await server.says(/SipAuthUser changed/);
	await server.says(/Register: .* is registered for 3 s/);
	expect(await place(server)).toBe("486 Initiator");
	await server.stop();
	expect(server.output).not.toContain(PASSWORD);
});

test.each([
	["initiator", "answer", true, "403 Destination"],
	["server", "answer", true, "200 Destination"],
	["server", "norefer", false, "200 Destination"],
] as const)(
	"CallerIdentity = %s, called as %s, anchored: %p: a PBX that wants its account in From says %s",
	async (who, user, anchor, last) => {
		const server = await startServer("udp", { Register: 1, CallerIdentity: who });
		await server.says(/Register: .* is registered for 3 s/);
		const client = await XmlClient.connect(server.xmlPort);
		const call = client.place({ initiator: phone.uri(user), destination: phone.uri("answer"), anchor });
		expect((await call.finished()).at(-1)).toBe(last);
		client.stop();
		await server.stop();
		await phone.idle();
	},
);
