// Deep links: t.me/<bot>?start=… and tg://resolve?domain=<bot>&start=…

/** The payload of a deep link to the bot, null where it is something else. */
export function startPayload(url, username) {
  let link;
  try {
    link = new URL(/^[a-z]+:/i.test(url) ? url : `https://${url}`);
  } catch {
    return null;
  }
  const web = /^(www\.)?(t\.me|telegram\.me)$/.test(link.hostname);
  const name = link.protocol === "tg:" ? link.searchParams.get("domain") : web ? link.pathname.slice(1) : null;
  if (!name || name.toLowerCase() !== username.toLowerCase()) return null;
  const payload = link.searchParams.get("start") ?? "";
  return /^[A-Za-z0-9_-]{0,64}$/.test(payload) ? payload : null;
}
