/** RegisterBy = one: two boxes, a Redis, and Kamailio as the registrar, which is asked for its bindings. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Authority } from "../support/authority.ts";
import { ClusterScene } from "../support/cluster-scene.ts";
import { Kamailio, PASSWORD, REALM } from "../support/kamailio.ts";
import { RawPeer } from "../support/raw-peer.ts";

let authority: Authority;
let proxy: Kamailio;
let peer: RawPeer;
let scene: ClusterScene | undefined;

beforeAll(async () => {
	authority = new Authority();
	proxy = await Kamailio.start({
		address: "127.0.0.1",
		identity: authority.issue({ names: "IP:127.0.0.1" }),
		algorithm: "MD5",
		challenged: "ClickToCall",
	});
	peer = await RawPeer.start();
});

afterAll(async () => {
	await scene?.stop();
	peer.stop();
	await proxy.stop();
	authority[Symbol.dispose]();
});

let asked = 0;

/** The bindings that the registrar has: a REGISTER without Contact asks for them (RFC 3261 section 10.2.3). */
async function bindings(): Promise<string[]> {
	asked += 1;
	const aor = proxy.aor("click2call");
	peer.send(
		[
			`REGISTER sip:127.0.0.1:${proxy.port} SIP/2.0`,
			`Via: SIP/2.0/UDP ${peer.place};branch=z9hG4bK${asked}`,
			"Max-Forwards: 70",
			`From: <${aor}>;tag=1`,
			`To: <${aor}>`,
			"Call-ID: looks-only",
			`CSeq: ${asked} REGISTER`,
			"User-Agent: looker",
			"Content-Length: 0",
			"",
			"",
		].join("\r\n"),
		proxy.port,
	);
	const answer = await peer.next("SIP/2.0 200", `CSeq: ${asked} `);
	const contacts = /^Contact: .*$/m.exec(answer)?.[0] ?? "";
	return [...contacts.matchAll(/<sip:click2call@([\d.]+):\d+/g)].map(([, address = ""]) => address).sort();
}

test("one box registers; the next one does when it dies, and when it stops", async () => {
	scene = await ClusterScene.start({
		Register: 1,
		RegisterBy: "one",
		ClickToCallIdentity: proxy.aor("click2call"),
		OutboundProxy: proxy.uri("udp"),
		SipAuthUser: "click2call",
		SipAuthPassword: PASSWORD,
		SipAuthRealm: REALM,
	});
	const [first, second] = scene.boxes;
	const bound = async (...expected: string[]): Promise<number> =>
		(scene as ClusterScene).until(
			`bound is ${expected}`,
			async () => (await bindings()).join() === expected.join(),
		);
	await bound("127.0.0.2");
	const page = await (await fetch(`http://localhost:${second.httpPort}/admin`)).text();
	expect(page).toContain("Box box1 registers for all.");
	expect((await fetch(`http://localhost:${second.httpPort}/readyz`)).status).toBe(200);
	const metrics = await (await fetch(`http://localhost:${second.httpPort}/metrics`)).text();
	expect(metrics).toContain('clicktocall_cluster_registers{box="box1"} 1');
	expect(metrics).toContain("clicktocall_registered 0");

	await first.kill();
	await bound("127.0.0.3");
	await first.restart();
	await first.says(/the cluster is seen[\s\S]*the cluster is seen/);
	expect(await bindings()).toEqual(["127.0.0.3"]);

	await second.stop();
	await bound("127.0.0.2");
}, 60_000);
