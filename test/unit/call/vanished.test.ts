import { expect, test } from "bun:test";
import { Table } from "../../support/table.ts";

/** The session interval of the bench, in milliseconds; its phones know no session timer. */
const INTERVAL = 1_800_000;

test.each([0, 1])(
	"when phone %d of an anchored call vanishes the other one is released within the interval",
	async (who) => {
		const table = new Table();
		await table.connect();
		const other = table.phone(1 - who);
		for (let time = 0; time < INTERVAL && !other.over; time += 10_000) {
			await table.take({ what: "wait", time: 10_000 });
			await table.take({ what: "answer", who: 1 - who, status: 200 });
		}
		expect(other.over).toBe(true);
		expect(table.service.list()).toEqual([]);
	},
);

test("phones that answer are asked again and again, and the call goes on", async () => {
	const table = new Table();
	await table.connect();
	for (let time = 0; time < 3 * INTERVAL; time += 10_000) {
		await table.take({ what: "wait", time: 10_000 });
		for (const who of [0, 1]) await table.take({ what: "answer", who, status: 200 });
	}
	table.expectAgreement();
	expect(table.service.list()).toHaveLength(1);
});
