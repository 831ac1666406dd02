// Talking to the sandbox.

export class Refused extends Error {}

async function read(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(body.error || `HTTP ${response.status}`);
  return body;
}

/** GET of /_sandbox/…; throws Refused. */
export async function ask(path, query = {}) {
  return read(await fetch(`/_sandbox/${path}?${new URLSearchParams(query)}`));
}

/** POST of JSON to /_sandbox/…; throws Refused. */
export async function tell(path, body) {
  const headers = { "Content-Type": "application/json" };
  return read(await fetch(`/_sandbox/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** Multipart POST of files with fields. */
export async function upload(fields, files) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const file of files) form.append("file", file, file.name);
  return read(await fetch("/_sandbox/upload", { method: "POST", body: form }));
}

/** Where the page gets a file; shown in the page or saved. */
export function fileUrl(fileId, shown = false) {
  return `/_sandbox/files/${encodeURIComponent(fileId)}${shown ? "?show=1" : ""}`;
}

/** Calls back at every change of the sandbox, and when the connection is lost or found. */
export function watch(onChange, onLost) {
  const source = new EventSource("/_sandbox/events");
  source.onmessage = () => {
    onLost(false);
    onChange();
  };
  source.onerror = () => onLost(true);
  return source;
}
