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
	standard: (value) => `Par défaut : ${value}.`,
	nothing: "rien",
	restartMark: "Prend effet après un redémarrage.",
	secretSet: "Défini. Laissez vide pour le garder.",
	secretNone: "Non défini.",
	repeated: (name, count) =>
		`${name} : ${count} dans le fichier. Ce sont des lignes à part : modifiez-les dans le fichier.`,
	on: "activé",
	off: "désactivé",
	save: "Vérifier et enregistrer",
	saved: "Enregistré.",
	inForce: (names) => `Désormais en vigueur : ${names}.`,
	notTaken: "C’est enregistré, mais le serveur en marche n’a pas pu l’utiliser :",
	unchanged: "Rien n'a été modifié.",
	problems: "Rien n'a été enregistré : voyez ce qui ne va pas.",
	changed:
		"Rien n'a été enregistré : quelqu'un d'autre a modifié le fichier entre-temps. Le voici tel qu'il est.",
	failed: "Le fichier ne peut pas être écrit.",
	waits: (names) => `Attend un redémarrage : ${names}. Les appels continuent.`,
	confirm:
		"Cette page vous est-elle toujours accessible ? Sans confirmation dans la minute, la configuration précédente revient d'elle-même.",
	keep: "Oui, garder la modification",
	kept: "La modification est gardée.",
	wentBack: (when, names) =>
		`À ${when}, la dernière modification a été annulée d’elle-même, car personne ne l’a confirmée dans la minute : ${names}.`,
	needsAuth:
		"Le boîtier se configure ici dès que les pages ont leur propre mot de passe : définissez HttpAuth et HttpAuthPwd dans le fichier.",
	rules: {
		title: "Règles de numérotation",
		explain:
			"Elles transforment ce qui est composé en URI SIP. La première règle dont le motif convient l'emporte ; une adresse à laquelle aucune ne convient est refusée.",
		pattern: "Motif",
		output: "URI SIP",
		up: (rule) => `Monter la règle ${rule}`,
		down: (rule) => `Descendre la règle ${rule}`,
		remove: (rule) => `Supprimer la règle ${rule}`,
		add: "Ajouter une règle",
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
		comments: "commentaires",
		back: "Revenir à avant",
	},
};
