/** Cookies that the page leaves for the server. */

const YEAR_S = 365 * 24 * 3600;

export function setCookie(name: string, value: string, path: string): void {
  document.cookie = `${name}=${value}; path=${path}; max-age=${YEAR_S}; SameSite=Lax`;
}
