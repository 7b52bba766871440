import { describe, expect, test } from "bun:test";
import { header, LegBench, PHONE_SDP } from "../../../support/leg-bench.ts";

const bodyOf = (text: string): string => text.slice(text.indexOf("\r\n\r\n") + 4);
const mediaOf = (text: string): string => /m=[^\r]*/.exec(text)?.[0] ?? "";
const originOf = (text: string): string[] => /o=clicktocall (\d+) (\d+)/.exec(text)?.slice(1) ?? [];
const SOUND = { sound: (address: string) => ({ address, port: 10_000 }) };

async function called() {
	const bench = new LegBench();
	const answers: (string | undefined)[] = [];
	const leg = await bench.call(true, { onAnswered: (sdp) => void answers.push(sdp) }, SOUND);
	return { bench, leg, answers };
}

describe("an INVITE that offers sound", () => {
	test("names the address of our Contact and the port", async () => {
		const { bench } = await called();
		const invite = bench.last("INVITE");
		expect(header(invite, "Contact")).toContain("@192.0.2.1:5072");
		expect(bodyOf(invite)).toMatch(
			/^v=0\r\no=clicktocall \d+ \d+ IN IP4 192\.0\.2\.1\r\ns=-\r\nc=IN IP4 192\.0\.2\.1\r\nt=0 0\r\nm=audio 10000 RTP\/AVP 0 8 101\r\n/,
		);
		expect(bodyOf(invite)).toEndWith("a=ptime:20\r\na=sendonly\r\n");
	});

	test.each([415, 488, 606])(
		"and is refused with %i, is followed by the placeholder, and then by a question",
		async (status) => {
			const { bench } = await called();
			const first = bench.last("INVITE");
			await bench.respond(first, status);
			const second = bench.last("INVITE");
			expect(mediaOf(second)).toBe("m=audio 8000 RTP/AVP 0 8 9 96 101");
			expect(header(second, "CSeq")).toBe("2 INVITE");
			const [id, version] = originOf(first);
			expect(originOf(second)).toEqual([id ?? "", String(Number(version) + 1)]);
			await bench.respond(second, status);
			expect(bodyOf(bench.last("INVITE"))).toBe("");
			await bench.respond(bench.last("INVITE"), status);
			expect(bench.heard).toEqual([`failed ${status}`]);
			expect(bench.methods().filter((method) => method === "INVITE")).toHaveLength(3);
		},
	);

	test("is the placeholder when no port is free", async () => {
		const bench = new LegBench();
		await bench.call(true, {}, { sound: () => undefined });
		expect(mediaOf(bench.last("INVITE"))).toBe("m=audio 8000 RTP/AVP 0 8 9 96 101");
	});

	test("may be answered in a reliable 183 alone", async () => {
		const { bench, leg, answers } = await called();
		const invite = bench.last("INVITE");
		await bench.respond(invite, 183, { sdp: PHONE_SDP, headers: ["Require: 100rel", "RSeq: 1"] });
		await bench.respond(invite, 200);
		leg.acknowledge();
		expect(answers).toEqual([PHONE_SDP]);
	});
});
