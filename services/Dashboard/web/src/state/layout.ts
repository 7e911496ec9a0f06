import { useCallback, useState } from 'react';

export interface Box { i: string; x: number; y: number; w: number; h: number }
export interface Arrangement { boxes: Box[]; hidden: string[] }

const key = (view: string) => `hospital.layout.${view}.v1`;

/** A kept arrangement made to fit the tiles there are now: unknown tiles go, new ones come where the default has them. */
export function fit(kept: unknown, standard: readonly Box[]): Arrangement {
  const from = (typeof kept === 'object' && kept !== null ? kept : {}) as Partial<Arrangement>;
  const isBox = (box: unknown): box is Box =>
    typeof box === 'object' && box !== null && ['x', 'y', 'w', 'h'].every((side) => Number.isInteger((box as Record<string, unknown>)[side])) &&
    (box as Box).w >= 1 && (box as Box).w <= 12 && (box as Box).h >= 1 && (box as Box).h <= 40 && (box as Box).x >= 0 && (box as Box).x < 12 && (box as Box).y >= 0;
  const boxes = Array.isArray(from.boxes) ? from.boxes.filter(isBox) : [];
  const known = new Set(standard.map((box) => box.i));
  const hidden = Array.isArray(from.hidden) ? [...new Set(from.hidden.filter((name): name is string => typeof name === 'string' && known.has(name)))] : [];
  return { boxes: standard.map((box) => ({ ...(boxes.find((each) => each.i === box.i) ?? box), i: box.i })), hidden };
}

function read(view: string, standard: readonly Box[]): Arrangement {
  try {
    return fit(JSON.parse(localStorage.getItem(key(view)) ?? 'null'), standard);
  } catch {
    return fit(null, standard);
  }
}

/** Where a view's tiles are, kept in this browser. */
export function useArrangement(view: string, standard: readonly Box[]) {
  const [arrangement, setArrangement] = useState(() => read(view, standard));
  const keep = useCallback((next: Arrangement) => {
    setArrangement(next);
    try {
      localStorage.setItem(key(view), JSON.stringify(next));
    } catch {
      // Storage may be off or full: the arrangement lasts until the page closes.
    }
  }, [view]);
  const reset = useCallback(() => {
    setArrangement(fit(null, standard));
    try {
      localStorage.removeItem(key(view));
    } catch {
      // As above.
    }
  }, [view, standard]);
  return { arrangement, keep, reset };
}
