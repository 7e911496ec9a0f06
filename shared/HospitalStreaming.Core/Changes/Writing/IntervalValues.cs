using System.Buffers.Text;

namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>interval, printed in PostgreSQL's own style ("1 year 2 mons 3 days 04:05:06.789").</summary>
internal static class IntervalValues
{
    private const double MicrosPerMonth = 365.25 / 12 * CivilTime.MicrosPerDay;

    public static void Write(JsonBuffer json, ReadOnlySpan<byte> text, IntervalHandlingMode mode)
    {
        long months = 0, days = 0, micros = 0;
        while (!text.IsEmpty)
        {
            if (text[0] == (byte)' ')
            {
                text = text[1..];
                continue;
            }

            var colon = text.IndexOf((byte)':');
            var space = text.IndexOf((byte)' ');
            if (colon > 0 && (space < 0 || colon < space))
            {
                var negative = text[0] == (byte)'-';
                text = text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
                micros = CivilTime.Micros(ref text) * (negative ? -1 : 1);
                continue;
            }

            var signed = text[0] == (byte)'+' ? text[1..] : text;
            if (!Utf8Parser.TryParse(signed, out long amount, out var taken))
            {
                throw new FormatException("PostgreSQL printed an interval in another style than its own");
            }

            var unit = signed[taken..].TrimStart((byte)' ');
            months += unit.StartsWith("year"u8) ? amount * 12 : unit.StartsWith("mon"u8) ? amount : 0;
            days += unit.StartsWith("day"u8) ? amount : 0;
            var next = unit.IndexOf((byte)' ');
            text = next < 0 ? [] : unit[next..];
        }

        if (mode == IntervalHandlingMode.Numeric)
        {
            json.Number((long)(months * MicrosPerMonth) + (days * CivilTime.MicrosPerDay) + micros);
            return;
        }

        json.Raw("\"P"u8);
        json.Number(months / 12);
        json.Raw((byte)'Y');
        json.Number(months % 12);
        json.Raw((byte)'M');
        json.Number(days);
        json.Raw("DT"u8);
        json.Number(micros / 3_600_000_000);
        json.Raw((byte)'H');
        json.Number(micros / 60_000_000 % 60);
        json.Raw((byte)'M');
        Seconds(json, micros % 60_000_000);
        json.Raw("S\""u8);
    }

    private static void Seconds(JsonBuffer json, long micros)
    {
        if (micros < 0)
        {
            json.Raw((byte)'-');
            micros = -micros;
        }

        json.Number(micros / 1_000_000);
        var fraction = micros % 1_000_000;
        if (fraction == 0)
        {
            return;
        }

        json.Raw((byte)'.');
        for (var unit = 100_000L; fraction > 0; unit /= 10)
        {
            json.Number(fraction / unit);
            fraction %= unit;
        }
    }
}
