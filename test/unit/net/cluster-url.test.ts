import { expect, test } from "bun:test";
import { placeName, readClusterUrl } from "../../../src/net/cluster-url.ts";

test("several servers are tried in the order in which they are written", () => {
	const two = [
		{ kind: "server", url: "redis://:secret@r1:6379/2" },
		{ kind: "server", url: "rediss://r2" },
	] as const;
	expect(readClusterUrl("redis://:secret@r1:6379/2 rediss://r2")).toEqual([...two]);
	expect(readClusterUrl("redis://:secret@r1:6379/2,rediss://r2")).toEqual([...two]);
});

test("each sentinel is a place, and the password is the master's", () => {
	const shared = { kind: "sentinel", master: "calls", userInfo: ":secret@", path: "/1" } as const;
	expect(readClusterUrl("sentinel://:secret@s1:26380,s2/calls/1")).toEqual([
		{ ...shared, url: "redis://s1:26380" },
		{ ...shared, url: "redis://s2:26379" },
	]);
});

test.each(["http://r1", "redis://", "redis://r1/name", "sentinel://s1", "sentinel://s1,/calls", "r1:6379"])(
	"%s is refused",
	(text) => expect(readClusterUrl(text)).toBeUndefined(),
);

test("a place is named without its password", () => {
	const [server, sentinel] =
		readClusterUrl("redis://user:secret@r1:6379/2 sentinel://:secret@s1/calls") ?? [];
	expect(server && placeName(server)).toBe("r1:6379");
	expect(sentinel && placeName(sentinel)).toBe("calls at s1:26379");
});
