/**
 * What stands behind the # of an address that a mail or a page of ours gave: taken into the page's fields, and out of
 * the address at once, so that it stays in no history. A fragment is never sent.
 */
export function takeBrought(fields: Readonly<Record<string, string>>): void {
  const found = Object.entries(fields).map(([name, selector]) => ({
    name,
    field: document.querySelector<HTMLInputElement | HTMLSelectElement>(selector),
  }));
  if (!location.hash || found.every(({ field }) => field === null)) return;
  const brought = new URLSearchParams(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  for (const { name, field } of found) {
    const value = brought.get(name);
    if (field && value) field.value = value;
  }
}
