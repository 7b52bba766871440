import type { SettingsTexts } from "./types.ts";

export const GERMAN_SETTINGS: SettingsTexts = {
	title: "Einstellungen",
	explain:
		"Was Sie speichern, wird erst geprüft und kommt dann so in die Konfigurationsdatei, als hätten Sie es dort geschrieben. Alle anderen Zeilen bleiben, wie sie sind.",
	areas: {
		pbx: "Telefonanlage, Konto und Netz",
		phones: "Telefone und Klingeln",
		web: "Web, Programme und Zugang",
		log: "Protokoll und Verlauf",
		limits: "Grenzen",
		boxes: "Mehrere Geräte",
		rest: "Neustart und Übriges",
	},
	units: { days: "Tage", lines: "Zeilen" },
	standard: (value) => `Vorgabe: ${value}.`,
	nothing: "nichts",
	inForceNow: (value) => `Bis zum Neustart gilt: ${value}.`,
	otherInForce: "Bis zum Neustart gilt ein anderes.",
	restartMark: "Gilt nach einem Neustart.",
	secretSet: "Es ist gesetzt. Leer lassen, um es zu behalten.",
	secretNone: "Es ist nicht gesetzt.",
	on: "ein",
	off: "aus",
	save: "Prüfen und speichern",
	saved: "Gespeichert.",
	inForce: (names) => `Jetzt in Kraft: ${names}.`,
	notTaken: "Es ist gespeichert, aber der laufende Server kann es nicht verwenden:",
	unchanged: "Nichts wurde geändert.",
	problems: "Es wurde nicht gespeichert: sehen Sie, was nicht stimmt.",
	changed:
		"Es wurde nicht gespeichert: jemand anders hat die Datei inzwischen geändert. Was Sie eingegeben haben, steht noch hier, das Übrige ist so, wie es jetzt ist. Sehen Sie es durch und speichern Sie erneut.",
	failed: "Die Datei kann nicht geschrieben werden.",
	waits: (names) => `Wartet auf einen Neustart: ${names}. Gespräche laufen weiter.`,
	confirm:
		"Erreichen Sie diese Seite noch? Wenn es niemand binnen einer Minute bestätigt, kommt die Konfiguration davor von selbst zurück.",
	keep: "Ja, die Änderung behalten",
	kept: "Die Änderung bleibt.",
	wentBack: (when, names) =>
		`Um ${when} ging die letzte Änderung von selbst zurück, weil sie niemand innerhalb einer Minute bestätigt hat: ${names}.`,
	closed: "Dieses Gerät wird nicht im Browser eingerichtet: BrowserSetup ist 0 in seiner Konfiguration.",
	needsAuth:
		"Das Gerät kann hier eingerichtet werden, sobald die Seiten ein eigenes Passwort haben: setzen Sie HttpAuth und HttpAuthPwd in der Datei.",
	groups: {
		TranslationPattern: {
			title: "Wählregeln",
			explain:
				"Sie machen aus dem, was gewählt wird, SIP-URIs. Die erste Regel, deren Muster auf eine Adresse passt, gilt; eine Adresse, auf die keine passt, wird abgelehnt.",
			add: "Regel hinzufügen",
		},
		SipAuthUser: {
			title: "Konten",
			explain:
				"Ein Konto je Realm der Anlagen und Proxys, die nach einem Passwort fragen. Das erste ist das der Seite für Telefonanlage und Konto.",
			add: "Konto hinzufügen",
		},
		HttpUser: {
			title: "Benutzer",
			explain:
				"Sie rufen von ihren eigenen Telefonen aus an und sehen und beenden nur ihre eigenen Gespräche.",
			add: "Benutzer hinzufügen",
		},
		HttpApiToken: {
			title: "Tokens von Programmen",
			explain: "Sobald es eines gibt, brauchen Programme ein Token oder das Passwort.",
			add: "Token hinzufügen",
		},
		Webhook: {
			title: "Webhooks",
			explain: "Programme, denen gesagt wird, was in Gesprächen geschieht.",
			add: "Webhook hinzufügen",
		},
	},
	fields: {
		TranslationPattern: "Muster",
		TranslationOutput: "SIP-URI",
		SipAuthUser: "Benutzer",
		SipAuthPassword: "Passwort",
		SipAuthRealm: "Realm",
		HttpUser: "Name",
		HttpUserPassword: "Passwort",
		HttpUserPhone: "Telefone",
		HttpApiToken: "Token",
		HttpApiTokenName: "Name des Programms",
		HttpApiTokenPhone: "Telefone",
		Webhook: "URL",
		WebhookSecret: "Geheimnis",
	},
	rows: {
		up: (row) => `Zeile ${row} nach oben`,
		down: (row) => `Zeile ${row} nach unten`,
		remove: (row) => `Zeile ${row} entfernen`,
		none: "Es gibt noch keine.",
		kept: (told) => `Gesetzt${told === "" ? "" : ` (${told})`}. Leer lassen, um es zu behalten.`,
		without: (field) => `${field}: entfernen`,
		onePerLine: "Je Zeile eines.",
	},
	rules: {
		addresses: "Adressen zum Ausprobieren, eine je Zeile",
		test: "Ausprobieren",
		takenBy: (rule) => `Regel ${rule}`,
		notSaved: "Noch nicht gespeichert.",
	},
	versions: {
		title: "Versionen",
		explain: "Die letzten zehn Änderungen durch diese Seiten.",
		none: "Es gibt noch keine.",
		when: "Wann",
		who: "Wer",
		byItself: "von selbst",
		what: "Geändert",
		order: (name) => `Reihenfolge von ${name}`,
		comments: "Kommentare",
		back: "Zurück zu davor",
	},
};
