import { expect, test } from "bun:test";
import { parseUri } from "../../../../src/sip/message/uri.ts";
import { TRIAL_TIME, type TrialOutcome } from "../../../../src/sip/registration/trial.ts";
import { TransportError } from "../../../../src/sip/transport/types.ts";
import { header, LegBench, settle } from "../../../support/leg-bench.ts";

const ACCOUNT = { user: "click2call", password: "open sesame", realm: "" };
const CHALLENGE = { headers: ['WWW-Authenticate: Digest realm="pbx", nonce="n", qop="auth"'] };

async function trying(accounts = [ACCOUNT]) {
	const bench = new LegBench([{ ...ACCOUNT, password: "in force" }]);
	const identity = parseUri("sip:click2call@example.com");
	if (!identity) throw new Error("a SIP URI was expected");
	let outcome: TrialOutcome | undefined;
	void bench.endpoint.tryRegistration({ identity, routeSet: [] }, accounts).then((result) => {
		outcome = result;
	});
	await settle();
	const answer = async (status: number, options: { headers?: string[] } = {}): Promise<void> => {
		await bench.respond(bench.last("REGISTER"), status, { contact: false, ...options });
		await settle();
	};
	const count = (): number => bench.methods().filter((method) => method === "REGISTER").length;
	return { bench, answer, count, outcome: () => outcome };
}

test("a trial registers with a Contact of its own, tells that it was taken, and removes it again", async () => {
	const { bench, answer, count, outcome } = await trying();
	const first = bench.last("REGISTER");
	expect(header(first, "To")).toBe("<sip:click2call@example.com>");
	expect(header(first, "Contact")).toMatch(/^<sip:trial-\w+@192\.0\.2\.1/);
	await answer(401, CHALLENGE);
	expect(header(bench.last("REGISTER"), "Authorization")).toContain('realm="pbx"');
	await answer(200, { headers: [`Contact: ${header(first, "Contact")};expires=60`] });
	expect(outcome()).toMatchObject({ kind: "registered", seconds: 60 });
	expect(count()).toBe(3);
	expect(header(bench.last("REGISTER"), "Expires")).toBe("0");
	expect(header(bench.last("REGISTER"), "Contact")).toBe(header(first, "Contact"));
	await answer(200);
	expect(bench.timers).toBe(0);
});

test("a wrong password is told with the realm that asked for it", async () => {
	const { answer, outcome, bench } = await trying();
	await answer(401, CHALLENGE);
	await answer(401, { headers: ['WWW-Authenticate: Digest realm="pbx", nonce="n2", qop="auth"'] });
	expect(outcome()).toMatchObject({ kind: "refused", status: 401, realm: "pbx", tried: true });
	expect(bench.timers).toBe(0);
});

test("without an account for the realm, that is what is told", async () => {
	const { answer, outcome } = await trying([{ ...ACCOUNT, realm: "elsewhere" }]);
	await answer(401, CHALLENGE);
	expect(outcome()).toMatchObject({ kind: "refused", status: 401, realm: "pbx", tried: false });
});

test("the values that are tried count, not those in force", async () => {
	const { bench, answer } = await trying([{ ...ACCOUNT, user: "another" }]);
	await answer(401, CHALLENGE);
	expect(header(bench.last("REGISTER"), "Authorization")).toContain('username="another"');
});

test("a longer interval is asked for where the registrar insists on it", async () => {
	const { bench, answer, outcome } = await trying();
	await answer(423, { headers: ["Min-Expires: 300"] });
	expect(header(bench.last("REGISTER"), "Expires")).toBe("300");
	await answer(200, { headers: ["Expires: 300"] });
	expect(outcome()).toMatchObject({ kind: "registered", seconds: 300 });
});

test("a registrar that says nothing is told of in time, and nothing is left", async () => {
	const { bench, outcome } = await trying();
	bench.clock.advance(TRIAL_TIME);
	await settle();
	expect(outcome()).toMatchObject({ kind: "no answer" });
	bench.clock.advance(64_000);
	await settle();
	expect(bench.timers).toBe(0);
});

test("a connection that is refused is told with the reason", async () => {
	const bench = new LegBench([ACCOUNT]);
	bench.connect = () =>
		Promise.reject(new TransportError("Cannot connect to TLS x: the certificate has expired"));
	const identity = parseUri("sip:click2call@example.com;transport=tls");
	if (!identity) throw new Error("a SIP URI was expected");
	const outcome = await bench.endpoint.tryRegistration({ identity, routeSet: [] }, [ACCOUNT]);
	expect(outcome).toMatchObject({ kind: "unreachable", why: expect.stringContaining("has expired") });
	expect(bench.timers).toBe(0);
});
