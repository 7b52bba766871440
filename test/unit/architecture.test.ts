import { expect, test } from "bun:test";
import { join } from "node:path";
import { type Source, sources } from "../support/sources.ts";

/** What nearly every room uses. */
const GROUND = "log net time runtime tools";

/**
 * What each room imports besides itself, from the top down: rooms below it, and packages. A room is a folder of `src`
 * or of `src/sip`; the files between the folders of `src/sip` are one room, and those between the folders of `src` are
 * the tools.
 */
const LAYERS: Readonly<Record<string, string>> = {
	main: "cli",
	cli: `appliance transfer cluster state contacts simulator trace xml api words history live call sip/resolve sip/transport sip/auth config translate numbers tls update ${GROUND}
		@xmldom/xmldom`,
	simulator: "runtime",
	trace: "sip/transport",
	appliance: `transfer cluster state webhook metrics xml http api words history live call sip sip/registration sip/reliability
		sip/transport sip/auth sip/message sip/sipjs media config contacts translate numbers tls update ${GROUND}`,
	transfer: "config tls tools",
	cluster: `live call ${GROUND}`,
	webhook: `state live ${GROUND}`,
	state: `live call ${GROUND}`,
	metrics: "call sip sip/transport time tools prom-client",
	xml: `live call tls ${GROUND} @xmldom/xmldom`,
	http: `api web words history live call sip/registration sip/transport translate numbers tls ${GROUND} hono`,
	api: `web history live call translate ${GROUND} hono @hono/zod-openapi`,
	web: "live call translate time hono",
	words: "history live call",
	history: `call numbers ${GROUND}`,
	live: "call time tools",
	call: `sip/leg sip/sdp sip/message sip/sipjs ${GROUND}`,
	sip: `sip/registration sip/leg sip/reliability sip/resolve sip/transport sip/auth sip/message sip/sipjs tls ${GROUND}`,
	"sip/registration": `sip/leg sip/transport sip/auth sip/message sip/sipjs ${GROUND}`,
	"sip/leg": `sip/reliability sip/transport sip/auth sip/sdp sip/message sip/sipjs ${GROUND}`,
	"sip/reliability": `sip/transport sip/message sip/sipjs ${GROUND}`,
	"sip/resolve": `sip/transport sip/sipjs ${GROUND}`,
	"sip/transport": `sip/message sip/sipjs tls ${GROUND}`,
	"sip/auth": GROUND,
	"sip/sdp": "tools",
	"sip/message": "sip/sipjs tools",
	"sip/sipjs": "log sip.js",
	config: "translate numbers media log net tools",
	contacts: "log time tools ical.js csv-parse",
	translate: "numbers log time tools re2-wasm @stephen-riley/pcre2-wasm",
	numbers: "libphonenumber-js",
	tls: GROUND,
	update: "tools",
	media: "log time runtime tools",
	log: "time tools",
	net: "runtime tools",
	time: "tools",
	runtime: "tools",
	// Where version.ts finds package.json.
	tools: "..",
};

function allowedFor(room: string): string[] {
	return (LAYERS[room] ?? "").split(/\s+/);
}

function roomOf(path: string): string {
	const [first = "", second = "", third] = path.split("/");
	if (path === "main.ts") return "main";
	if (second === "") return "tools";
	return first === "sip" && third !== undefined ? `${first}/${second}` : first;
}

/** What a file imports: rooms for files, names for packages; what `node:` has is open to all, what Bun has to `runtime`. */
function importsOf({ path, code }: Source): string[] {
	return [...code.matchAll(/^(?:.*[}\w*] from |import |.*\bimport\()"([^"\s]+)"/gm)].flatMap(
		([, name = ""]) => {
			if (name === "#runtime") return ["runtime"];
			if (name.startsWith(".")) return [roomOf(join(path, "..", name))];
			const [, builtIn, packageName = ""] = /^(?:(node:|bun$|bun:)|((?:@[^/]+\/)?[^/]+))/.exec(name) ?? [];
			return builtIn ? [] : [packageName];
		},
	);
}

/** The imports that the table does not allow. */
function trespasses(files: readonly Source[]): string[] {
	return files.flatMap((file) => {
		const room = roomOf(file.path);
		const allowed = allowedFor(room);
		return importsOf(file)
			.filter((name) => name !== room && !allowed.includes(name))
			.map((name) => `${file.path} may not import ${name}`);
	});
}

test("every file imports only what the table allows its room", () => {
	const files = sources();
	expect(new Set(files.map(({ path }) => roomOf(path)))).toEqual(new Set(Object.keys(LAYERS)));
	expect(trespasses(files)).toEqual([]);
});

test("the table runs downwards", () => {
	const rooms = Object.keys(LAYERS);
	const upwards = rooms.flatMap((room, row) =>
		allowedFor(room).filter((name) => rooms.slice(0, row + 1).includes(name)),
	);
	expect(upwards).toEqual([]);
});

test.each([
	[`import type { Call } from "../../call/call.ts";`, "call"],
	[`export { Leg } from "../leg/leg.ts";`, "sip/leg"],
	[`const { Hono } = await import("hono/tiny");`, "hono"],
	[`import "../sip-stack.ts";`, "sip"],
])("a wrong import is found: %s", (code, room) => {
	expect(trespasses([{ path: "sip/transport/made-up.ts", code }])).toEqual([
		`sip/transport/made-up.ts may not import ${room}`,
	]);
});
