import { expect, test } from "bun:test";
import { setUp } from "../../api/support.ts";

const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

test("spaces around what was pasted into the form are left out", async () => {
	const { ask, calls } = setUp();
	const body = "initiator=+201+&destination=%20%2B49+301%0A";
	const response = await ask("/calls", { method: "POST", headers: FORM, body });
	expect([response.status, response.headers.get("Location")]).toEqual([303, "/calls/call1"]);
	expect(calls.requests).toMatchObject([{ initiator: "201", destination: "+49 301", anchor: false }]);
});

test("the form says what is wrong with what was typed, and keeps it", async () => {
	const { ask, calls } = setUp();
	const body = 'initiator=<b>"&destination=+';
	const response = await ask("/calls", { method: "POST", headers: FORM, body });
	const page = await response.text();
	expect(response.status).toBe(400);
	expect(page).toContain("The destination is empty.");
	expect(page).toContain('value="&lt;b&gt;&quot;"');
	expect(calls.requests).toEqual([]);
});

test("the form says which address no rule takes, and marks its field", async () => {
	const { ask, calls } = setUp();
	const refused = [
		{ name: "destination", address: "+49 x", reason: "no translation rule matches it" },
	] as const;
	calls.refusal = { code: 400, text: "No translation rule for either", final: true, refused };
	const response = await ask("/calls", {
		method: "POST",
		headers: FORM,
		body: "initiator=201&destination=%2B49+x",
	});
	const page = await response.text();
	expect(response.status).toBe(400);
	expect(page).toContain("The destination +49 x cannot be called: no translation rule matches it.");
	expect(page).not.toContain("for either");
	expect(page.match(/id="(\w+)"[^>]*aria-invalid="true"/)?.[1]).toBe("destination");
});

test.each([
	["", "to is missing"],
	["?to=", "to is missing"],
	[`?to=${"1".repeat(513)}`, "to has more than 512 characters"],
	["?to=+4930123", "to begins with a space: write a plus sign as %2B"],
	["?to=tel:", "to is missing"],
	["?to=tel:+4930123", "to begins with a space: write a plus sign as %2B"],
	["?to=101&from=+4930123", "from begins with a space: write a plus sign as %2B"],
])("the link /call%s is refused, as another number than that would be called", async (query, sentence) => {
	const { ask } = setUp();
	const response = await ask(`/call${query}`);
	expect(response.status).toBe(400);
	expect(await response.text()).toContain(sentence);
});

test("the link /call asks before it calls", async () => {
	const { ask, calls } = setUp();
	const response = await ask("/call?to=%2B49%20301&from=201%20");
	const page = await response.text();
	expect(response.status).toBe(200);
	for (const text of ["Call +49 301?", 'value="201"']) expect(page).toContain(text);
	expect(calls.requests).toEqual([]);
});

test.each([
	["tel:+49 (0)30-301;ext=5", "+4930301"],
	["TEL:///%2B49-30-301", "+4930301"],
	["tel:1-800-FLOWERS;phone-context=+1", "1-800-FLOWERS"],
	["tel:*21%23", "*21#"],
])("the link /call takes what a browser hands over: %s", async (uri, number) => {
	const { ask } = setUp();
	const page = await (await ask(`/call?to=${encodeURIComponent(uri)}`)).text();
	expect(page).toContain(`name="destination" value="${number}"`);
});

test("the pages can be installed: a manifest, its icons, and a policy that lets them in", async () => {
	const { ask } = setUp();
	const page = await ask("/");
	expect(page.headers.get("Content-Security-Policy")).toContain("manifest-src 'self'");
	expect(await page.text()).toContain('<link rel="manifest" href="/manifest.webmanifest"/>');
	const answer = await ask("/manifest.webmanifest");
	expect(answer.headers.get("Content-Type")).toBe("application/manifest+json");
	const { icons, protocol_handlers: handlers } = (await answer.json()) as {
		icons: { src: string; type: string }[];
		protocol_handlers: unknown;
	};
	expect(handlers).toEqual([{ protocol: "tel", url: "call?to=%s" }]);
	for (const { src, type } of icons) expect((await ask(`/${src}`)).headers.get("Content-Type")).toBe(type);
});

test("a call that was handed over has a note that its destination may keep ringing after a hang-up", async () => {
	const { ask, calls, live, post } = setUp();
	await post({ initiator: "201", destination: "301" });
	const call = live.list()[0];
	if (!call) throw new Error("no call");
	for (const path of ["/", `/calls/${call.id}`])
		expect(await (await ask(path)).text()).not.toContain("may keep ringing");
	calls.enter(call.id, "referring");
	for (const path of ["/", `/calls/${call.id}`])
		expect(await (await ask(path)).text()).toContain("may keep ringing");
});

test("a call whose outcome is not known is shown as that", async () => {
	const { ask, calls, live, post } = setUp();
	await post({ initiator: "201", destination: "301" });
	const { id = "" } = live.list()[0] ?? {};
	calls.result(id, 202, "Destination", true);
	calls.enter(id, "ended");
	expect(await (await ask(`/calls/${id}`)).text()).toContain("handed over, outcome unknown");
});

test("what belongs to a page may be kept for five minutes", async () => {
	const { ask } = setUp();
	for (const path of ["/style.css", "/page.js", "/icon.svg"])
		expect((await ask(path)).headers.get("Cache-Control")).toBe("max-age=300");
});

test("the stream of a call that is not known any more tells its page to look again, and ends", async () => {
	const { ask, clock } = setUp();
	const response = await ask("/calls/call9/live");
	expect(response.headers.get("Content-Type")).toStartWith("text/event-stream");
	expect(await response.text()).toContain("event: gone\n");
	expect(clock.pending).toBe(0);
});

test("a page sees that its stream is alive", async () => {
	const { ask, clock } = setUp();
	const reader = (await ask("/live")).body?.getReader();
	await reader?.read();
	clock.advance(15_000);
	expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("event: alive\ndata: {}\n\n");
	await reader?.cancel();
	expect(clock.pending).toBe(0);
});

test("the address that a refusal stands at leads to the page when it is opened", async () => {
	const { ask } = setUp();
	const response = await ask("/calls");
	expect([response.status, response.headers.get("Location")]).toEqual([302, "/"]);
});

test("the language that was chosen is kept in a cookie, and goes before the browser's", async () => {
	const { ask } = setUp();
	const choose = (body: string) => ask("/language", { method: "POST", headers: FORM, body });
	const chosen = await choose("to=fr&back=%2Fhistory%3Ftext%3Da");
	expect([chosen.status, chosen.headers.get("Location")]).toEqual([303, "/history?text=a"]);
	const cookie = chosen.headers.get("Set-Cookie") ?? "";
	expect(cookie).toBe("clicktocall-language=fr; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax");
	const headers = { "Accept-Language": "de", Cookie: cookie.split(";")[0] ?? "" };
	expect(await (await ask("/", { headers })).text()).toContain('<html lang="fr">');
	expect(await (await ask("/", { headers: { "Accept-Language": "de" } })).text()).toContain(
		'<html lang="de">',
	);
	for (const back of ["https://elsewhere", "//elsewhere", "/\\elsewhere", "", "/\n"]) {
		const answer = await choose(new URLSearchParams({ to: "xx", back }).toString());
		expect([answer.headers.get("Location"), answer.headers.get("Set-Cookie")]).toEqual(["/", null]);
	}
});

test("the live parts of a page are in its language", async () => {
	const { ask } = setUp();
	const first = async (language: string) => {
		const reader = (await ask("/live", { headers: { "Accept-Language": language } })).body?.getReader();
		let text = "";
		while (!text.includes("event: parts")) text += new TextDecoder().decode((await reader?.read())?.value);
		await reader?.cancel();
		return text;
	};
	expect(await first("es")).toContain("No hay llamadas en curso.");
	expect(await first("en")).toContain("No calls in progress.");
});

test.each([
	["en", "The other boxes have not been seen since", "on there", "Box"],
	["de", "Die anderen Server sind nicht zu sehen seit", "auf there", "Server"],
	["fr", "Les autres serveurs sont invisibles depuis le", "sur there", "Serveur"],
	["es", "Los demás servidores no se ven desde el", "en there", "Servidor"],
])(
	"the pages say which box has a call, and when the others are not seen: %s",
	async (language, lost, on, box) => {
		const { ask, calls, live } = setUp();
		const page = async (path: string): Promise<string> =>
			(await ask(path, { headers: { "Accept-Language": language } })).text();
		live.box = "here";
		calls.place({ initiator: "201", destination: "301", anchor: true, origin: { via: "http" } });
		for (const call of live.list())
			live.elsewhere("there", { at: 1, kind: "state", call: { ...call, id: "other" } });
		expect(await page("/")).toContain(on);
		expect(await page("/")).not.toContain(lost);
		expect(await page("/calls/other")).toContain(`<dt>${box}</dt><dd>there</dd>`);
		live.sight.lostSince = 1_700_000_000_000;
		const without = await page("/");
		expect(without).toContain(`${lost} <time datetime="2023-11-14T22:13:20.000Z">`);
		expect(without).not.toContain(on);
		expect(await page("/calls/other")).toContain(lost);
		expect(await page("/calls/call1")).not.toContain(lost);
	},
);
