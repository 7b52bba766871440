import type { History } from "../../../../src/history/history.ts";
import { LiveCalls } from "../../../../src/live/live-calls.ts";
import type { Contacts } from "../../../../src/web/contacts.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { FakeCalls } from "../../api/support.ts";
import { setUp } from "../support.ts";

/** The pages on a history, or on none. */
export function pagesOf(history: History | undefined, password?: string, contacts?: Contacts) {
	const clock = new FakeClock();
	const translate = () => ({ ok: false, code: "no-rule", reason: "no translation rule matches it" }) as const;
	return setUp({
		password,
		api: { calls: new FakeCalls(), live: new LiveCalls(), history, clock, translate, contacts },
	});
}
