/**
 * Two real phones that are registered at a real PBX, which asks everybody for a password and stays in
 * the path: Kamailio and two baresips, over UDP, TCP and TLS.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Authority } from "../support/authority.ts";
import { Baresip } from "../support/baresip.ts";
import { Kamailio, PASSWORD, REALM } from "../support/kamailio.ts";
import { BRIEFLY, ServerProcess } from "../support/server-process.ts";
import { TestNetwork } from "../support/test-network.ts";

const SERVER = 3;
const PROXY = 4;

let authority: Authority;
let network: TestNetwork;
let proxy: Kamailio;

beforeAll(async () => {
	authority = new Authority();
	network = TestNetwork.create(4);
	proxy = await Kamailio.start({
		address: network.address(PROXY),
		identity: authority.issue({ names: `IP:${network.address(PROXY)}` }),
		// baresip knows no other one.
		algorithm: "MD5",
		challenged: ".",
		// So short that it is stale when the phones hold and hang up; whole seconds count.
		nonceExpire: 1,
		inside: (...command) => network.inside(...command),
	});
});

afterAll(async () => {
	await proxy.stop();
	network.remove();
	authority[Symbol.dispose]();
});

describe.each(BRIEFLY ? (["tls"] as const) : (["udp", "tcp", "tls"] as const))(
	"through a PBX over %s",
	(transport) => {
		let server: ServerProcess;
		let alice: Baresip;
		let bob: Baresip;

		const startPhone = (user: string, host: number): Promise<Baresip> =>
			Baresip.start({
				address: network.address(host),
				port: 5060,
				control: 4444,
				inside: (...command) => network.inside(...command),
				rtp: 10_000 + host * 1000,
				identity: authority.issue({ names: `IP:${network.address(host)}` }),
				registrar: { aor: proxy.aor(user), proxy: proxy.uri(transport), user, password: PASSWORD },
			});

		beforeAll(async () => {
			server = await ServerProcess.start({
				inside: (...command) => network.inside(...command),
				settings: {
					IPAddress: network.address(SERVER),
					ClickToCallIdentity: proxy.aor("click2call"),
					OutboundProxy: proxy.uri(transport),
					SipAuthUser: "click2call",
					SipAuthPassword: PASSWORD,
					SipAuthRealm: REALM,
				},
				files: (folder) => writeFileSync(join(folder, "root_cert_test.pem"), authority.root),
			});
		});

		afterAll(() => server.stop());

		beforeEach(async () => {
			proxy.clear();
			[alice, bob] = (await Promise.all([startPhone("alice", 1), startPhone("bob", 2)])) as [
				Baresip,
				Baresip,
			];
			// They may have registered before they could be listened to.
			const registered = (): number =>
				proxy.requests.filter(({ method, hasCredentials }) => method === "REGISTER" && hasCredentials).length;
			while (registered() < 2) await Bun.sleep(20);
			proxy.clear();
		});

		afterEach(async () => {
			await Promise.all([alice.stop(), bob.stop()]);
		});

		async function connect(...options: string[]): Promise<void> {
			const call = server.run("call", alice.uri, bob.uri, ...options);
			await alice.event("CALL_INCOMING");
			alice.command("accept");
			await bob.event("CALL_INCOMING");
			bob.command("accept");
			const { stdout } = await call;
			expect(stdout).toContain("200 Destination");
			await Promise.all([alice.event("CALL_RTPESTAB"), bob.event("CALL_RTPESTAB")]);
		}

		/** Methods that came to the proxy in a dialog, by who sent them. */
		const inDialog = (who: string): string[] => [
			...new Set(
				proxy.requests
					.filter(({ inDialog, userAgent }) => inDialog && userAgent.startsWith(who))
					.map(({ method }) => method),
			),
		];

		test.each(["alice", "bob"] as const)("an anchored call, held, resumed and hung up by %s", async (who) => {
			await connect("--anchor");
			const [holder, other] = who === "alice" ? [alice, bob] : [bob, alice];
			// The nonce is stale by then: each request is asked for credentials anew.
			await Bun.sleep(2100);
			for (const command of ["hold", "resume"]) {
				other.clear();
				holder.clear();
				holder.command(command);
				// The holder's own exchange ends last.
				await Promise.all([other.event("CALL_REMOTE_SDP"), holder.event("CALL_REMOTE_SDP")]);
			}
			holder.command("hangup");
			await Promise.all([alice.event("CALL_CLOSED"), bob.event("CALL_CLOSED")]);
			await proxy.receives(
				({ method, userAgent, hasCredentials }) =>
					method === "BYE" && userAgent.startsWith("ClickToCall") && hasCredentials,
			);
			for (const who of ["ClickToCall", "baresip"]) {
				expect(inDialog(who).sort()).toEqual(["ACK", "BYE", "INVITE"]);
			}
			expect(proxy.staleNonces).toContain("INVITE");
			// Requests over 1,300 bytes go by TCP (RFC 3261 section 18.1.1).
			const ways = transport === "udp" ? ["udp", "tcp"] : [transport];
			expect(proxy.requests.filter(({ protocol }) => !ways.includes(protocol))).toEqual([]);
			expect(proxy.requests.every(({ hasRoute }) => hasRoute)).toBe(true);
		});

		const holderOf = { udp: "alice", tcp: "bob", tls: "alice" } as const;

		test("an anchored call outlives kill -9 of the server: held, resumed and hung up", async () => {
			await connect("--anchor");
			const [holder, other] = holderOf[transport] === "alice" ? [alice, bob] : [bob, alice];
			await server.kill();
			proxy.clear();
			await server.restart();
			// It asks each phone whether it is still there; a phone that changes its session meanwhile has to try again.
			const asked = (): number =>
				proxy.requests.filter(({ method, userAgent }) => method === "ACK" && userAgent === "ClickToCall")
					.length;
			while (asked() < 2) await Bun.sleep(20);
			for (const command of ["hold", "resume"]) {
				other.clear();
				holder.clear();
				holder.command(command);
				await Promise.all([other.event("CALL_REMOTE_SDP"), holder.event("CALL_REMOTE_SDP")]);
			}
			holder.command("hangup");
			await Promise.all([alice.event("CALL_CLOSED"), bob.event("CALL_CLOSED")]);
			await proxy.receives(
				({ method, userAgent, hasCredentials }) =>
					method === "BYE" && userAgent.startsWith("ClickToCall") && hasCredentials,
			);
			expect(proxy.requests.every(({ hasRoute }) => hasRoute)).toBe(true);
		});

		test.each(["alice", "bob"] as const)("a REFER call, hung up by %s", async (who) => {
			await connect();
			(who === "alice" ? alice : bob).command("hangup");
			await Promise.all([alice.event("CALL_CLOSED"), bob.event("CALL_CLOSED")]);
			await proxy.receives(
				({ method, userAgent }) => method === "BYE" && userAgent.startsWith("ClickToCall"),
			);
			expect(inDialog("ClickToCall").sort()).toEqual(["ACK", "BYE", "REFER"]);
			expect(inDialog("baresip")).toContain("NOTIFY");
			expect(
				proxy.requests.filter(({ method }) => method === "REFER").some((one) => one.hasCredentials),
			).toBe(true);
		});
	},
);
