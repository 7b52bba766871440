import type { SettingsTexts } from "./types.ts";

export const FRENCH_SETTINGS: SettingsTexts = {
	title: "Réglages",
	explain:
		"Ce que vous enregistrez est d'abord vérifié, puis écrit dans le fichier de configuration comme si vous l'aviez fait vous-même. Les autres lignes restent telles quelles.",
	areas: {
		pbx: "PBX, compte et réseau",
		phones: "Téléphones et sonnerie",
		web: "Web, programmes et accès",
		log: "Journal et historique",
		limits: "Limites",
		boxes: "Plusieurs boîtiers",
		rest: "Redémarrage et divers",
	},
	units: { days: "jours", lines: "lignes" },
	standard: (value) => `Par défaut : ${value}.`,
	nothing: "rien",
	inForceNow: (value) => `En vigueur jusqu'au redémarrage : ${value}.`,
	otherInForce: "Un autre est en vigueur jusqu'au redémarrage.",
	restartMark: "Prend effet après un redémarrage.",
	secretSet: "Défini. Laissez vide pour le garder.",
	secretNone: "Non défini.",
	on: "activé",
	off: "désactivé",
	save: "Vérifier et enregistrer",
	saved: "Enregistré.",
	inForce: (names) => `Désormais en vigueur : ${names}.`,
	notTaken: "C’est enregistré, mais le serveur en marche n’a pas pu l’utiliser :",
	unchanged: "Rien n'a été modifié.",
	problems: "Rien n'a été enregistré : voyez ce qui ne va pas.",
	changed:
		"Rien n'a été enregistré : quelqu'un d'autre a modifié le fichier entre-temps. Votre saisie est toujours là, le reste est tel qu'il est maintenant. Relisez, puis enregistrez de nouveau.",
	failed: "Le fichier ne peut pas être écrit.",
	waits: (names) => `Attend un redémarrage : ${names}. Les appels continuent.`,
	confirm:
		"Cette page vous est-elle toujours accessible ? Sans confirmation dans la minute, la configuration précédente revient d'elle-même.",
	keep: "Oui, garder la modification",
	kept: "La modification est gardée.",
	wentBack: (when, names) =>
		`À ${when}, la dernière modification a été annulée d’elle-même, car personne ne l’a confirmée dans la minute : ${names}.`,
	closed: "Ce boîtier ne se configure pas dans le navigateur : BrowserSetup vaut 0 dans sa configuration.",
	needsAuth:
		"Le boîtier se configure ici dès que les pages ont leur propre mot de passe : définissez HttpAuth et HttpAuthPwd dans le fichier.",
	groups: {
		TranslationPattern: {
			title: "Règles de numérotation",
			explain:
				"Elles transforment ce qui est composé en URI SIP. La première règle dont le motif convient l'emporte ; une adresse à laquelle aucune ne convient est refusée.",
			add: "Ajouter une règle",
		},
		SipAuthUser: {
			title: "Comptes",
			explain:
				"Un compte par domaine (realm) des PBX et proxys qui demandent un mot de passe. Le premier est celui de la page du PBX et du compte.",
			add: "Ajouter un compte",
		},
		HttpUser: {
			title: "Utilisateurs",
			explain:
				"Ils appellent depuis leurs propres téléphones, et ne voient et ne terminent que leurs propres appels.",
			add: "Ajouter un utilisateur",
		},
		HttpApiToken: {
			title: "Jetons des programmes",
			explain: "Dès qu'il y en a un, il faut aux programmes un jeton ou le mot de passe.",
			add: "Ajouter un jeton",
		},
		Webhook: {
			title: "Webhooks",
			explain: "Programmes informés de ce qui se passe dans les appels.",
			add: "Ajouter un webhook",
		},
	},
	fields: {
		TranslationPattern: "Motif",
		TranslationOutput: "URI SIP",
		SipAuthUser: "Utilisateur",
		SipAuthPassword: "Mot de passe",
		SipAuthRealm: "Domaine (realm)",
		HttpUser: "Nom",
		HttpUserPassword: "Mot de passe",
		HttpUserPhone: "Téléphones",
		HttpApiToken: "Jeton",
		HttpApiTokenName: "Nom du programme",
		HttpApiTokenPhone: "Téléphones",
		Webhook: "URL",
		WebhookSecret: "Secret",
	},
	rows: {
		up: (row) => `Monter la ligne ${row}`,
		down: (row) => `Descendre la ligne ${row}`,
		remove: (row) => `Supprimer la ligne ${row}`,
		none: "Il n'y en a pas encore.",
		kept: (told) => `Défini${told === "" ? "" : ` (${told})`}. Laissez vide pour le garder.`,
		without: (field) => `${field} : enlever`,
		onePerLine: "Un par ligne.",
	},
	rules: {
		addresses: "Adresses à essayer, une par ligne",
		test: "Les essayer",
		takenBy: (rule) => `règle ${rule}`,
		notSaved: "Pas encore enregistré.",
	},
	versions: {
		title: "Versions",
		explain: "Les dix dernières modifications faites par ces pages.",
		none: "Il n'y en a pas encore.",
		when: "Quand",
		who: "Qui",
		byItself: "de lui-même",
		what: "Modifié",
		order: (name) => `ordre de ${name}`,
		comments: "commentaires",
		back: "Revenir à avant",
	},
};
