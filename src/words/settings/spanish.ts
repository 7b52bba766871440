import type { SettingsTexts } from "./types.ts";

export const SPANISH_SETTINGS: SettingsTexts = {
	title: "Ajustes",
	explain:
		"Lo que guarda se comprueba antes y se escribe en el archivo de configuración como si lo hubiera escrito usted. Las demás líneas quedan como están.",
	areas: {
		pbx: "Centralita, cuenta y red",
		phones: "Teléfonos y timbre",
		web: "Web, programas y acceso",
		log: "Registro e historial",
		limits: "Límites",
		boxes: "Varios equipos",
		rest: "Reinicio y demás",
	},
	standard: (value) => `Por defecto: ${value}.`,
	nothing: "nada",
	restartMark: "Vale después de un reinicio.",
	secretSet: "Está definida. Déjela vacía para conservarla.",
	secretNone: "No está definida.",
	on: "sí",
	off: "no",
	save: "Comprobar y guardar",
	saved: "Guardado.",
	inForce: (names) => `Ya en vigor: ${names}.`,
	notTaken: "Está guardado, pero el servidor en marcha no ha podido usarlo:",
	unchanged: "No se ha cambiado nada.",
	problems: "No se ha guardado: vea qué no es correcto.",
	changed:
		"No se ha guardado: otra persona ha cambiado el archivo entretanto. Lo que ha escrito sigue aquí, lo demás está como está ahora. Revíselo y guarde de nuevo.",
	failed: "No se puede escribir el archivo.",
	waits: (names) => `Espera un reinicio: ${names}. Las llamadas siguen.`,
	confirm:
		"¿Sigue llegando a esta página? Si nadie lo confirma en un minuto, la configuración anterior vuelve por sí sola.",
	keep: "Sí, conservar el cambio",
	kept: "El cambio se conserva.",
	wentBack: (when, names) =>
		`A las ${when} el último cambio volvió atrás por sí solo, porque nadie lo confirmó en un minuto: ${names}.`,
	needsAuth:
		"El equipo se puede configurar aquí en cuanto las páginas tengan contraseña propia: defina HttpAuth y HttpAuthPwd en el archivo.",
	groups: {
		TranslationPattern: {
			title: "Reglas de marcación",
			explain:
				"Convierten lo que se marca en URI SIP. Vale la primera regla cuyo patrón encaja; una dirección en la que no encaja ninguna se rechaza.",
			add: "Añadir una regla",
		},
		SipAuthUser: {
			title: "Cuentas",
			explain:
				"Una cuenta por dominio (realm) de las centralitas y proxies que piden contraseña. La primera es la de la página de centralita y cuenta.",
			add: "Añadir una cuenta",
		},
		HttpUser: {
			title: "Usuarios",
			explain: "Llaman desde sus propios teléfonos, y solo ven y terminan sus propias llamadas.",
			add: "Añadir un usuario",
		},
		HttpApiToken: {
			title: "Tokens de programas",
			explain: "En cuanto hay uno, los programas necesitan un token o la contraseña.",
			add: "Añadir un token",
		},
		Webhook: {
			title: "Webhooks",
			explain: "Programas a los que se cuenta lo que pasa en las llamadas.",
			add: "Añadir un webhook",
		},
	},
	fields: {
		TranslationPattern: "Patrón",
		TranslationOutput: "URI SIP",
		SipAuthUser: "Usuario",
		SipAuthPassword: "Contraseña",
		SipAuthRealm: "Dominio (realm)",
		HttpUser: "Nombre",
		HttpUserPassword: "Contraseña",
		HttpUserPhone: "Teléfonos",
		HttpApiToken: "Token",
		HttpApiTokenName: "Nombre del programa",
		HttpApiTokenPhone: "Teléfonos",
		Webhook: "URL",
		WebhookSecret: "Secreto",
	},
	rows: {
		up: (row) => `Subir la fila ${row}`,
		down: (row) => `Bajar la fila ${row}`,
		remove: (row) => `Quitar la fila ${row}`,
		none: "Aún no hay ninguno.",
		kept: (told) => `Definido${told === "" ? "" : ` (${told})`}. Déjelo vacío para conservarlo.`,
		without: (field) => `${field}: quitar`,
		onePerLine: "Uno por línea.",
	},
	rules: {
		addresses: "Direcciones para probar, una por línea",
		test: "Probarlas",
		takenBy: (rule) => `regla ${rule}`,
		notSaved: "Aún sin guardar.",
	},
	versions: {
		title: "Versiones",
		explain: "Los diez últimos cambios hechos en estas páginas.",
		none: "Aún no hay ninguno.",
		when: "Cuándo",
		who: "Quién",
		byItself: "por sí solo",
		what: "Cambiado",
		comments: "comentarios",
		back: "Volver a antes de esto",
	},
};
