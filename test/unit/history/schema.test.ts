import { expect, test } from "bun:test";
import fc from "fast-check";
import { openDatabase } from "#runtime";
import { daysUpTo, LocalDays, startOfDay } from "../../../src/history/local-days.ts";
import { LaterSchemaError, migrate, SCHEMA_VERSION } from "../../../src/history/schema.ts";
import type { Database } from "../../../src/runtime/sqlite.ts";

const version = (db: Database) => db.query<{ user_version: number }, []>("PRAGMA user_version").get();

test("a file of an earlier version gets the steps that it lacks, and keeps its rows", () => {
	const db = openDatabase(":memory:", "create");
	const steps = ["CREATE TABLE t (a)", "ALTER TABLE t ADD COLUMN b DEFAULT 7"];
	migrate(db, steps.slice(0, 1));
	db.run("INSERT INTO t (a) VALUES (1)");
	migrate(db, steps);
	migrate(db, steps);
	expect(db.query("SELECT * FROM t").all()).toEqual([{ a: 1, b: 7 }]);
	expect(version(db)).toEqual({ user_version: 2 });
	db.close();
});

test("a migration that fails changes nothing", () => {
	const db = openDatabase(":memory:", "create");
	migrate(db, ["CREATE TABLE t (a)"]);
	const steps = ["CREATE TABLE t (a)", "CREATE TABLE u (a)", "CREATE TABLE u (a)"];
	expect(() => migrate(db, steps)).toThrow();
	expect(version(db)).toEqual({ user_version: 1 });
	expect(db.query("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "t" }]);
	db.close();
});

test("a file of a later version is not touched", () => {
	const db = openDatabase(":memory:", "create");
	migrate(db);
	db.run(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
	expect(() => migrate(db)).toThrow(LaterSchemaError);
	db.close();
});

test("a time lies in the day of its date, whatever was asked before", () => {
	const days = new LocalDays();
	const time = fc.date({ min: new Date(2000, 0, 1), max: new Date(2100, 0, 1), noInvalidDate: true });
	fc.assert(
		fc.property(fc.array(time), (dates) => {
			for (const date of dates) {
				const [year, month, day] = days.of(date.getTime()).split("-").map(Number);
				expect([year, month, day]).toEqual([date.getFullYear(), date.getMonth() + 1, date.getDate()]);
				expect(days.of(startOfDay(date, 1) - 1)).toBe(days.of(date.getTime()));
				expect(days.of(startOfDay(date, 1))).not.toBe(days.of(date.getTime()));
			}
		}),
	);
});

test("the last days follow one another, over the ends of months and of leap years", () => {
	expect(daysUpTo(new Date(2028, 2, 1, 23, 59).getTime(), 3)).toEqual([
		"2028-02-28",
		"2028-02-29",
		"2028-03-01",
	]);
	const days = daysUpTo(new Date(2027, 5, 1).getTime(), 800);
	expect(new Set(days).size).toBe(800);
	expect(days.toSorted()).toEqual(days);
});
