export interface TipLine { color?: string; name: string; value: string }

/** A tooltip made of elements, never of HTML text: names from the data cannot become markup, and the page's policy allows no inline style. */
export function tip(title: string, lines: readonly TipLine[], note?: string): HTMLElement {
  const box = document.createElement('div');
  box.className = 'tip';
  const add = (parent: HTMLElement, className: string, text: string) => {
    const element = document.createElement('div');
    element.className = className;
    element.textContent = text;
    parent.append(element);
    return element;
  };
  add(box, 'tip-title', title);
  for (const line of lines) {
    const row = add(box, 'tip-row', '');
    const dot = add(row, 'tip-dot', '');
    if (line.color) dot.style.background = line.color;
    add(row, 'tip-name', line.name);
    add(row, 'tip-value', line.value);
  }
  if (note) add(box, 'tip-note', note);
  return box;
}
