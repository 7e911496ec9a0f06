namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>
/// Writes one value, given as PostgreSQL prints it (DateStyle ISO, IntervalStyle postgres, TimeZone UTC, bytea_output hex, lc_monetary C,
/// extra_float_digits 1), as Debezium 3.3 does.
/// </summary>
internal static class ValueWriter
{
    public static void Write(JsonBuffer json, ReadOnlySpan<byte> text, PostgresType type, ValueModes modes)
    {
        switch (type.Kind)
        {
            case PostgresKind.Integer:
                json.Raw(text);
                break;
            case PostgresKind.Boolean:
                json.Raw(text is [(byte)'t', ..] ? "true"u8 : "false"u8);
                break;
            case PostgresKind.Numeric:
                NumberValues.Numeric(json, text, type.Scale, modes.Decimals);
                break;
            case PostgresKind.Money:
                NumberValues.Money(json, text, modes.Decimals);
                break;
            case PostgresKind.Float:
                NumberValues.Float(json, text);
                break;
            case PostgresKind.Date:
                TimeValues.Date(json, text, modes.Times);
                break;
            case PostgresKind.Time:
                TimeValues.Time(json, text, type.FractionDigits, modes.Times);
                break;
            case PostgresKind.TimeTz:
                TimeValues.TimeTz(json, text);
                break;
            case PostgresKind.Timestamp:
                TimeValues.Timestamp(json, text, type.FractionDigits, modes.Times);
                break;
            case PostgresKind.TimestampTz:
                TimeValues.TimestampTz(json, text, type.FractionDigits);
                break;
            case PostgresKind.Interval:
                IntervalValues.Write(json, text, modes.Intervals);
                break;
            case PostgresKind.Bytes:
                BinaryValues.Bytes(json, text, modes.Binary);
                break;
            case PostgresKind.Bits:
                BinaryValues.Bits(json, text, type.Modifier);
                break;
            case PostgresKind.Point:
                BinaryValues.Point(json, text);
                break;
            case PostgresKind.Hstore:
                HstoreValues.Write(json, text, modes.Hstore);
                break;
            case PostgresKind.Array:
                ArrayValues.Write(json, text, type.Element!, modes);
                break;
            default:
                json.Text(text);
                break;
        }
    }

    /// <summary>The mark of a large value that is not in the log, in the shape of the column's type.</summary>
    public static void Unavailable(JsonBuffer json, PostgresType type, ValueModes modes)
    {
        switch (type.Kind)
        {
            case PostgresKind.Bytes:
                BinaryValues.Unavailable(json, modes.Binary);
                break;
            case PostgresKind.Array when type.Element!.Kind == PostgresKind.Text:
                json.Raw("[\"__debezium_unavailable_value\"]"u8);
                break;
            default:
                json.Raw("\"__debezium_unavailable_value\""u8);
                break;
        }
    }
}
