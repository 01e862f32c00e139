/** Cookies that the page leaves for the server. */

export const YEAR_S = 365 * 24 * 3600;

export function setCookie(name: string, value: string, { path, ageS }: { path: string; ageS: number }): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; path=${path}; max-age=${ageS}; SameSite=Lax${secure}`;
}
