import { describe, expect, it } from 'vitest';
import { csvField, csvName, toCsv } from '../src/lib/csv';

/** A reader by RFC 4180, to read back what was written. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') { field += '"'; i++; } else if (c === '"') quoted = false;
      else field += c;
    } else if (c === '"') quoted = true;
    else if (c === ',') { row.push(field); field = ''; } else if (c === '\r' && text[i + 1] === '\n') { rows.push([...row, field]); row = []; field = ''; i++; } else field += c;
  }
  return rows;
}

describe('csv', () => {
  it('quotes commas, quotes and line breaks', () => expect(['a,b', 'say "x"', 'two\nlines', 'plain'].map(csvField)).toEqual(['"a,b"', '"say ""x"""', '"two\nlines"', 'plain']));
  it('disarms text a spreadsheet would run', () => {
    for (const start of ['=', '+', '-', '@', '\t', '\r', '\0']) expect(csvField(`${start}cmd`)).toMatch(/^"?'/);
  });
  it('leaves numbers alone, negative ones too', () => expect([csvField(-12.5), csvField(0), csvField(null), csvField(true)]).toEqual(['-12.5', '0', '', 'true']));
  it('is read back as it was', () => {
    const rows = [['x', 'a "quoted", name'], ['line\r\nbreak', ''], ['ü', '1']];
    expect(parse(toCsv(['one', 'two'], rows))).toEqual([['one', 'two'], ...rows]);
  });
  it('names the file after the tile', () => expect(csvName('Revenue by month!', '2026-04-01')).toBe('revenue-by-month-2026-04-01.csv'));
});
