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
	standard: (value) => `Vorgabe: ${value}.`,
	nothing: "nichts",
	restartMark: "Gilt nach einem Neustart.",
	secretSet: "Es ist gesetzt. Leer lassen, um es zu behalten.",
	secretNone: "Es ist nicht gesetzt.",
	repeated: (name, count) =>
		`${name}: ${count} in der Datei. Sie haben eigene Zeilen: ändern Sie sie bitte dort.`,
	on: "ein",
	off: "aus",
	save: "Prüfen und speichern",
	saved: "Gespeichert.",
	inForce: (names) => `Jetzt in Kraft: ${names}.`,
	notTaken: "Es ist gespeichert, aber der laufende Server kann es nicht verwenden:",
	unchanged: "Nichts wurde geändert.",
	problems: "Es wurde nicht gespeichert: sehen Sie, was nicht stimmt.",
	changed: "Es wurde nicht gespeichert: jemand anders hat die Datei inzwischen geändert. So ist sie jetzt.",
	failed: "Die Datei kann nicht geschrieben werden.",
	waits: (names) => `Wartet auf einen Neustart: ${names}. Gespräche laufen weiter.`,
	confirm:
		"Erreichen Sie diese Seite noch? Wenn es niemand binnen einer Minute bestätigt, kommt die Konfiguration davor von selbst zurück.",
	keep: "Ja, die Änderung behalten",
	kept: "Die Änderung bleibt.",
	wentBack: (when, names) =>
		`Um ${when} ging die letzte Änderung von selbst zurück, weil sie niemand innerhalb einer Minute bestätigt hat: ${names}.`,
	needsAuth:
		"Das Gerät kann hier eingerichtet werden, sobald die Seiten ein eigenes Passwort haben: setzen Sie HttpAuth und HttpAuthPwd in der Datei.",
	rules: {
		title: "Wählregeln",
		explain:
			"Sie machen aus dem, was gewählt wird, SIP-URIs. Die erste Regel, deren Muster auf eine Adresse passt, gilt; eine Adresse, auf die keine passt, wird abgelehnt.",
		pattern: "Muster",
		output: "SIP-URI",
		up: (rule) => `Regel ${rule} nach oben`,
		down: (rule) => `Regel ${rule} nach unten`,
		remove: (rule) => `Regel ${rule} entfernen`,
		add: "Regel hinzufügen",
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
		comments: "Kommentare",
		back: "Zurück zu davor",
	},
};
