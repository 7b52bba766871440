/** @jsxImportSource hono/jsx */
import type { TrialOutcome } from "../../sip/registration/trial.ts";
import type { BoxTexts, TrialTexts } from "../../words/box/types.ts";
import type { View } from "../page/view.tsx";
import { boxPage, boxTexts, Field, type Notice } from "./frame.tsx";
import { Pending, type PendingContent } from "./pending.tsx";
import type { SettingsProblem } from "./settings-types.ts";
import type { BoxSource, TypedAccount } from "./types.ts";

type ShownAccount = ReturnType<BoxSource["account"]>;

/** What the page is to say. */
export interface AccountPageContent extends PendingContent {
	readonly notice?: Notice | undefined;
	/** Whether it is a step of the first run. */
	readonly first: boolean;
	/** What is wrong with what was typed. */
	readonly problems?: readonly SettingsProblem[];
}

/** The page of the PBX and the account at it. */
export function accountPage(view: View, account: ShownAccount, content: AccountPageContent): string {
	const { notice, first, problems = [], ...pending } = content;
	const box = boxTexts(view);
	return boxPage(
		view,
		"/setup/account",
		notice,
		<>
			<Pending view={view} {...pending} />
			<AccountForm box={box} account={account} first={first} problems={problems} />
		</>,
	);
}

interface FormProps {
	readonly box: BoxTexts;
	readonly account: ShownAccount;
	readonly first: boolean;
	readonly problems: readonly SettingsProblem[];
}

/** The field of the form that each setting is in. */
const FIELD_OF: Readonly<Record<string, keyof TypedAccount>> = {
	ClickToCallIdentity: "pbx",
	SipAuthUser: "user",
	SipAuthPassword: "password",
	SipAuthRealm: "realm",
};

function AccountForm({ box, account, first, problems }: FormProps) {
	const texts = box.trial;
	const of = (field: keyof TypedAccount): string[] =>
		problems.flatMap(({ setting = "", message }) => (FIELD_OF[setting] === field ? [message] : []));
	return (
		<section class="sheet" aria-labelledby="account-heading">
			<h2 id="account-heading">{first ? `${box.firstRun.step(2, 3)}: ${texts.heading}` : texts.heading}</h2>
			<p>{texts.explain}</p>
			<form action="/setup/account" method="post">
				{first && <input type="hidden" name="first" value="1" />}
				<Field
					id="pbx"
					label={texts.pbx}
					value={account.pbx}
					hint={texts.pbxHint}
					required
					problems={of("pbx")}
				/>
				<Field id="user" label={texts.user} value={account.user} required problems={of("user")} />
				<Field
					id="password"
					label={texts.password}
					type="password"
					problems={of("password")}
					{...(account.hasPassword && { hint: texts.keptPassword })}
				/>
				<Field
					id="realm"
					label={texts.realm}
					value={account.realm}
					hint={texts.realmHint}
					problems={of("realm")}
				/>
				<button type="submit" formaction="/setup/try">
					{texts.tryIt}
				</button>{" "}
				<button type="submit">{first ? texts.saveFirst : texts.save}</button>
			</form>
		</section>
	);
}

/** What became of a trial, in plain words. */
export function trialNotice(texts: TrialTexts, account: TypedAccount, outcome: TrialOutcome): Notice {
	return { kind: outcome.kind === "registered" ? "good" : "bad", text: trialText(texts, account, outcome) };
}

function trialText(texts: TrialTexts, { pbx, user }: TypedAccount, outcome: TrialOutcome): string {
	switch (outcome.kind) {
		case "registered":
			return texts.registered(outcome.at, outcome.seconds);
		case "no answer":
			return texts.noAnswer(outcome.at);
		case "unreachable":
			return texts.unreachable(outcome.at, outcome.why.replace(`Cannot connect to ${outcome.at}: `, ""));
		case "no address":
			return texts.noAddress(pbx, outcome.why);
		case "refused": {
			const { status, reason, realm, tried, at } = outcome;
			const answer = texts.refused(at, `${status} ${reason}`);
			if (realm !== undefined && !tried) return `${answer} ${texts.noAccount(realm)}`;
			if ([401, 403, 407].includes(status)) return `${answer} ${texts.wrongPassword(user, realm ?? pbx)}`;
			return status === 404 ? `${answer} ${texts.unknownUser(user)}` : answer;
		}
	}
}
