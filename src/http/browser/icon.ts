/** The icon of the pages. */
export const ICON =
	'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b5cad"/>' +
	'<path d="M10.5 7.5c-1.6.8-2.6 2.2-2.3 4 1 5.800 5.500 10.900 12.300 13 1.800.300 3.200-.700 4-2.300l-4.300-3.200-2.400 1.700c-2.500-1.200-4.300-3.300-5.200-5.900l1.900-2.200z" fill="#fff"/></svg>';
