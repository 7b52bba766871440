import type { SettingsTexts } from "./types.ts";

export const ENGLISH_SETTINGS: SettingsTexts = {
	title: "Settings",
	explain:
		"What you save is checked first, and goes into the configuration file as if you had written it there. Other lines stay as they are.",
	areas: {
		pbx: "PBX, account and network",
		phones: "Phones and ringing",
		web: "Web, programs and access",
		log: "Log and history",
		limits: "Limits",
		boxes: "Several boxes",
		rest: "Restart and the rest",
	},
	standard: (value) => `Default: ${value}.`,
	nothing: "nothing",
	restartMark: "Takes effect after a restart.",
	secretSet: "It is set. Leave it empty to keep it.",
	secretNone: "It is not set.",
	on: "on",
	off: "off",
	save: "Check and save",
	saved: "Saved.",
	inForce: (names) => `Now in force: ${names}.`,
	notTaken: "It is saved, but the running server could not use it:",
	unchanged: "Nothing was changed.",
	problems: "It was not saved: see what is wrong.",
	changed:
		"It was not saved: somebody else has changed the file meanwhile. What you have typed is still here, the rest is as it is now. Look it over and save again.",
	failed: "The file cannot be written.",
	waits: (names) => `Waits for a restart: ${names}. Calls go on.`,
	confirm:
		"Do you still reach this page? If nobody confirms it within a minute, the configuration before comes back by itself.",
	keep: "Yes, keep the change",
	kept: "The change stays.",
	wentBack: (when, names) =>
		`At ${when} the last change went back by itself, since nobody confirmed it within a minute: ${names}.`,
	needsAuth:
		"The box can be set up here once the pages have a password of their own: set HttpAuth and HttpAuthPwd in the file.",
	groups: {
		TranslationPattern: {
			title: "Translation rules",
			explain:
				"They turn what people dial into SIP URIs. The first rule whose pattern fits an address wins; an address that none fits is refused.",
			add: "Add a rule",
		},
		SipAuthUser: {
			title: "Accounts",
			explain:
				"One account for each realm of PBXs and proxies that ask for a password. The first one is that of the page for PBX and account.",
			add: "Add an account",
		},
		HttpUser: {
			title: "Users",
			explain: "They place calls from their own phones, and see and end only their own calls.",
			add: "Add a user",
		},
		HttpApiToken: {
			title: "Tokens of programs",
			explain: "Once there is one, programs need a token or the password.",
			add: "Add a token",
		},
		Webhook: {
			title: "Webhooks",
			explain: "Programs that are told what happens in calls.",
			add: "Add a webhook",
		},
	},
	fields: {
		TranslationPattern: "Pattern",
		TranslationOutput: "SIP URI",
		SipAuthUser: "User",
		SipAuthPassword: "Password",
		SipAuthRealm: "Realm",
		HttpUser: "Name",
		HttpUserPassword: "Password",
		HttpUserPhone: "Phones",
		HttpApiToken: "Token",
		HttpApiTokenName: "Name of the program",
		HttpApiTokenPhone: "Phones",
		Webhook: "URL",
		WebhookSecret: "Secret",
	},
	rows: {
		up: (row) => `Move row ${row} up`,
		down: (row) => `Move row ${row} down`,
		remove: (row) => `Remove row ${row}`,
		none: "There are none yet.",
		kept: (told) => `Set${told === "" ? "" : ` (${told})`}. Leave it empty to keep it.`,
		without: (field) => `${field}: take it out`,
		onePerLine: "One a line.",
	},
	rules: {
		addresses: "Addresses to try, one a line",
		test: "Try them",
		takenBy: (rule) => `rule ${rule}`,
		notSaved: "Not saved yet.",
	},
	versions: {
		title: "Versions",
		explain: "The last ten changes by these pages.",
		none: "There are none yet.",
		when: "When",
		who: "Who",
		byItself: "by itself",
		what: "Changed",
		comments: "comments",
		back: "Back to before this",
	},
};
