/** The scenario table once more, through a real proxy that asks for a password on each request, over TLS. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { Authority } from "../support/authority.ts";
import { Kamailio, PASSWORD, REALM } from "../support/kamailio.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";
import { type Outcome, play } from "./play.ts";
import { SCENARIOS } from "./scenarios.ts";

/** What is not the same behind a proxy. */
const DIFFERENT: Readonly<Record<string, readonly string[]>> = {
	// A proxy does not pass 503 on: others of its phones may well be there (RFC 3261 section 16.7, step 6).
	"destination 503, one target": ["100", "180 Initiator", "200 Initiator", "500 Destination"],
};

const FORKED = "both legs forked, two 200s";

/** What takes half a minute waits for what never comes: that is the same behind a proxy. */
const ROWS = SCENARIOS.filter(({ slow }) => !slow);

let authority: Authority;
let proxy: Kamailio;
let server: ServerProcess;
let client: XmlClient;
const phones: SimulatedPhone[] = [];
const outcomes = new Map<string, Promise<Outcome>>();

beforeAll(async () => {
	authority = new Authority();
	proxy = await Kamailio.start({
		address: "127.0.0.1",
		identity: authority.issue({ names: "IP:127.0.0.1" }),
		algorithm: "SHA-256",
		// The simulated phones know no passwords.
		challenged: "ClickToCall",
	});
	server = await ServerProcess.start({
		settings: {
			MaxCalls: 0,
			MaxCallsPerSecond: 0,
			OutboundProxy: proxy.uri("tls"),
			SipAuthUser: "click2call",
			SipAuthPassword: PASSWORD,
			SipAuthRealm: REALM,
		},
		files: (folder) => writeFileSync(join(folder, "root_cert_test.pem"), authority.root),
	});
	client = await XmlClient.connect(server.xmlPort);
	for (const scenario of ROWS) {
		const first = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
		const second = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
		phones.push(first, second);
		outcomes.set(scenario.name, play(scenario, client, first, second));
	}
});

afterAll(async () => {
	await Promise.allSettled(outcomes.values());
	client.stop();
	await Promise.all(phones.map((phone) => phone.stop()));
	await server.stop();
	await proxy.stop();
	authority[Symbol.dispose]();
});

test.each([...ROWS])("$name", async ({ name, chain, connected }) => {
	const outcome = await outcomes.get(name);
	expect(outcome?.chain).toEqual([...(DIFFERENT[name] ?? chain)]);
	// The BYE to a fork that nobody needs has a longer way here: it may still be under way.
	if (connected && name !== FORKED) expect(outcome?.open).toEqual([1, 1]);
	expect(outcome?.left).toEqual([0, 0]);
	expect(outcome?.faults).toEqual([]);
});

test("all of the server's requests came over TLS, those that can be challenged with credentials", async () => {
	await Promise.all(outcomes.values());
	const ours = proxy.requests.filter(({ userAgent }) => userAgent.startsWith("ClickToCall"));
	expect(new Set(ours.map(({ protocol }) => protocol))).toEqual(new Set(["tls"]));
	for (const method of ["INVITE", "BYE", "REFER"]) {
		expect(ours.some((request) => request.method === method && request.hasCredentials)).toBe(true);
	}
});
